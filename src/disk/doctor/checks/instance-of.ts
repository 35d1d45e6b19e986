import type { SeenAttachment } from '../doctor-cluster.ts';

/** The instance that a VolumeAttachment is about; `undefined` when its node is gone and nobody noted it down. */
export function instanceOf(
  { instanceId, nodeName }: SeenAttachment,
  instances: ReadonlyMap<string, string>,
): string | undefined {
  return instanceId ?? instances.get(nodeName);
}
