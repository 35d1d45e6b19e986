import { expect } from 'chai';
import { createIdentity } from '../../../src/csi/identity.ts';
import { aCall } from '../../support/builders.ts';

const parts = {
  driverName: 'diskplugin.csi.alibabacloud.com',
  version: '1.2.3',
  groupSnapshots: false,
  isReady: () => true,
};

describe('Identity', () => {
  it('tells its name and version', async () => {
    expect(await createIdentity(parts).GetPluginInfo({}, aCall())).to.deep.equal({
      name: 'diskplugin.csi.alibabacloud.com',
      vendorVersion: '1.2.3',
    });
  });

  it('offers the controller service, topology and expansion in use', async () => {
    const { capabilities } = await createIdentity(parts).GetPluginCapabilities({}, aCall());
    expect(capabilities).to.deep.equal([
      { service: { type: 'CONTROLLER_SERVICE' } },
      { service: { type: 'VOLUME_ACCESSIBILITY_CONSTRAINTS' } },
      { volumeExpansion: { type: 'ONLINE' } },
    ]);
  });

  it('offers the group controller service with its gate open only', async () => {
    const services = async (groupSnapshots: boolean) => {
      const identity = createIdentity({ ...parts, groupSnapshots });
      const { capabilities = [] } = await identity.GetPluginCapabilities({}, aCall());
      return capabilities.map(({ service }) => service?.type);
    };
    expect(await services(true)).to.include('GROUP_CONTROLLER_SERVICE');
    expect(await services(false)).not.to.include('GROUP_CONTROLLER_SERVICE');
  });

  it('answers a probe with readiness, never with an error: sidecars end on any error', async () => {
    let ready = false;
    const { Probe } = createIdentity({ ...parts, isReady: () => ready });

    expect(await Probe({}, aCall())).to.deep.equal({ ready: { value: false } });
    ready = true;
    expect(await Probe({}, aCall())).to.deep.equal({ ready: { value: true } });
  });
});
