import type { Topology } from '../generated/csi/v1/Topology.ts';
import type { TopologyRequirement__Output } from '../generated/csi/v1/TopologyRequirement.ts';
import type { Disk } from '../disk/disk.ts';

/** Topology keys, shared with the node plugin of the Go driver. */
export const topologyKeys = {
  zone: 'topology.diskplugin.csi.alibabacloud.com/zone',
  region: 'topology.diskplugin.csi.alibabacloud.com/region',
  wellKnownZone: 'topology.kubernetes.io/zone',
  wellKnownRegion: 'topology.kubernetes.io/region',
} as const;

/**
 * The zones that a requirement allows, best first: preferred ones, then the other requisite ones. `undefined` when it
 * says nothing about zones.
 */
export function zonesFrom(requirement: TopologyRequirement__Output | null): string[] | undefined {
  const terms = [...(requirement?.preferred ?? []), ...(requirement?.requisite ?? [])];
  const zones = terms.flatMap(({ segments }) => {
    const zone = segments[topologyKeys.zone] ?? segments[topologyKeys.wellKnownZone];
    return zone === undefined || zone === '' ? [] : [zone];
  });
  return zones.length === 0 ? undefined : [...new Set(zones)];
}

/** The regions that a requirement names, where each of its terms names one; `undefined` when any region will do. */
export function regionsFrom(requirement: TopologyRequirement__Output | null): string[] | undefined {
  const terms = [...(requirement?.preferred ?? []), ...(requirement?.requisite ?? [])];
  const regions = terms.flatMap(({ segments }) => {
    const region = segments[topologyKeys.region] ?? segments[topologyKeys.wellKnownRegion];
    return region === undefined || region === '' ? [] : [region];
  });
  return regions.length === 0 || regions.length < terms.length ? undefined : [...new Set(regions)];
}

/**
 * Where a disk can be attached: in its zone, or anywhere in its region for a regional one. Nodes carry the well-known
 * region key, not one of the driver.
 */
export function topologyOf(disk: Disk): Topology[] {
  const segments =
    disk.zoneId === undefined
      ? { [topologyKeys.wellKnownRegion]: disk.regionId }
      : { [topologyKeys.zone]: disk.zoneId };
  return [{ segments }];
}
