import { expect } from 'chai';
import { invoke } from '../../support/csi-client.ts';
import type { Check } from './scene.ts';

/** What a driver of group snapshots says of itself. */
export const capabilityChecks: readonly Check[] = [
  {
    name: 'GetPluginCapabilities announces GROUP_CONTROLLER_SERVICE',
    async run({ driver }) {
      const { capabilities } = await invoke(driver.clients.groups.identity, 'GetPluginCapabilities', {});
      expect(capabilities.map(({ service }) => service?.type)).to.include('GROUP_CONTROLLER_SERVICE');
    },
  },
  {
    name: 'GroupControllerGetCapabilities announces CREATE_DELETE_GET_VOLUME_GROUP_SNAPSHOT',
    async run({ driver }) {
      const { groupController } = driver.clients.groups;
      const { capabilities } = await invoke(groupController, 'GroupControllerGetCapabilities', {});
      const types = capabilities.map(({ rpc }) => rpc?.type);
      expect(types).to.deep.equal(['CREATE_DELETE_GET_VOLUME_GROUP_SNAPSHOT']);
    },
  },
];
