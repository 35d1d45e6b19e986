/**
 * What csi-sanity does not try on this plugin, each with its reason. `make conformance` fails when an entry has
 * nothing to skip any more, and when a spec is skipped that no entry explains: the lists can only shrink.
 */

/** Specs that are not run. */
export interface LeftOut {
  /** How their names begin. */
  readonly specs: string;
  readonly reason: string;
}

export const leftOut: readonly LeftOut[] = [
  {
    specs: 'Node Service ',
    reason: 'this product has no node service: a stub stands in for it, and testing a stub proves nothing',
  },
];

/** A capability that the plugin does not announce, so that csi-sanity skips what belongs to it. */
export interface NotAnnounced {
  /** Its name in csi.proto (or in a later standard). */
  readonly capability: string;
  /** What csi-sanity says when it skips a spec for the lack of it. */
  readonly sanitySays: readonly string[];
  readonly reason: string;
}

export const notAnnounced: readonly NotAnnounced[] = [
  {
    capability: 'PUBLISH_READONLY',
    sanitySays: ['ControllerPublishVolume.readonly field not supported'],
    reason: 'ECS attaches every disk for reading and writing; read-only is how the node mounts it',
  },
  {
    capability: 'GET_CAPACITY',
    sanitySays: ['GetCapacity not supported'],
    reason: 'ECS does not tell how much of a category a zone has left',
  },
  {
    capability: 'SNAPSHOT_ACCESSIBILITY_CONSTRAINTS',
    sanitySays: ['SNAPSHOT_ACCESSIBILITY_CONSTRAINTS not supported'],
    reason: 'CSI 1.13; an ECS snapshot can be restored in every zone of its region',
  },
  {
    capability: 'GET_VOLUME_HEALTH',
    sanitySays: ['ControllerGetVolumeHealth not supported'],
    reason: 'CSI 1.13; the plugin speaks 1.12',
  },
  {
    capability: 'LIST_VOLUME_HEALTH',
    sanitySays: ['ControllerListVolumeHealth not supported'],
    reason: 'CSI 1.13; the plugin speaks 1.12',
  },
];
