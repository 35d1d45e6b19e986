import { expect } from 'chai';
import { regionsFrom, topologyOf, zonesFrom } from '../../../src/csi/topology.ts';
import { aDisk } from '../../support/builders.ts';

const zone = 'topology.diskplugin.csi.alibabacloud.com/zone';
const wellKnownZone = 'topology.kubernetes.io/zone';
const term = (key: string, value: string) => ({ segments: { [key]: value } });

describe('zonesFrom', () => {
  it('puts preferred zones before the others, each once', () => {
    expect(
      zonesFrom({
        preferred: [term(zone, 'z-2'), term(zone, 'z-3')],
        requisite: [term(zone, 'z-1'), term(zone, 'z-2')],
      }),
    ).to.deep.equal(['z-2', 'z-3', 'z-1']);
  });

  it('reads the well-known key too, as allowedTopologies use it', () => {
    expect(zonesFrom({ preferred: [], requisite: [term(wellKnownZone, 'z-1')] })).to.deep.equal(['z-1']);
  });

  it('lets the key of the driver win within a term', () => {
    const both = { segments: { [wellKnownZone]: 'z-9', [zone]: 'z-1' } };
    expect(zonesFrom({ preferred: [], requisite: [both] })).to.deep.equal(['z-1']);
  });

  it('says nothing when the requirement does not', () => {
    expect(zonesFrom(null)).to.equal(undefined);
    expect(zonesFrom({ preferred: [], requisite: [] })).to.equal(undefined);
    expect(
      zonesFrom({ preferred: [], requisite: [term('kubernetes.io/hostname', 'n-1'), { segments: {} }] }),
    ).to.equal(undefined);
    expect(zonesFrom({ preferred: [], requisite: [term(zone, '')] })).to.equal(undefined);
  });
});

describe('regionsFrom', () => {
  const region = 'topology.diskplugin.csi.alibabacloud.com/region';

  it('reads both keys', () => {
    const requisite = [term(region, 'r-1'), term('topology.kubernetes.io/region', 'r-2')];
    expect(regionsFrom({ preferred: [], requisite })).to.deep.equal(['r-1', 'r-2']);
  });

  it('says nothing unless each term names a region', () => {
    expect(regionsFrom(null)).to.equal(undefined);
    expect(regionsFrom({ preferred: [], requisite: [] })).to.equal(undefined);
    const requisite = [term(region, 'r-1'), term(zone, 'z-1')];
    expect(regionsFrom({ preferred: [], requisite })).to.equal(undefined);
    expect(regionsFrom({ preferred: [], requisite: [term(region, '')] })).to.equal(undefined);
  });
});

describe('topologyOf', () => {
  it('is the zone of a zonal disk', () => {
    expect(topologyOf(aDisk({ zoneId: 'cn-hangzhou-h' }))).to.deep.equal([
      { segments: { [zone]: 'cn-hangzhou-h' } },
    ]);
  });

  it('is the region of a regional disk', () => {
    expect(topologyOf(aDisk({ zoneId: undefined, regionId: 'cn-hangzhou' }))).to.deep.equal([
      { segments: { 'topology.kubernetes.io/region': 'cn-hangzhou' } },
    ]);
  });
});
