import { z } from 'zod';
import { invoke } from '../../../support/csi-client.ts';
import type { Plugin } from '../../../support/plugin.ts';

/** What the log says of one disk. */
export interface DiskLog {
  /** Reasons of the events, in order; the same event again is the same event, as in Kubernetes. */
  readonly events: readonly string[];
  /** The snapshots that calls for the disk have deleted. */
  readonly deletedSnapshots: ReadonlySet<string>;
}

const lineSchema = z.object({
  msg: z.string(),
  event: z.string().optional(),
  disk: z.string().optional(),
  action: z.string().optional(),
  requestId: z.string().optional(),
  resourceId: z.string().optional(),
});
type Line = z.infer<typeof lineSchema>;

/** The log of a plugin that runs with `--log-level debug`, by disk. */
export async function readLog(plugin: Plugin): Promise<(diskId: string) => DiskLog> {
  const end = 'd-endoflog';
  await invoke(plugin.client.controller, 'DeleteVolume', { volumeId: end });
  await plugin.process.waitForOutput(new RegExp(`"resourceId":"${end}".*"CSI call"`));
  const lines = plugin.process.output().split('\n').flatMap(parseLine);
  const diskOfRequest = new Map(
    lines.filter(({ msg }) => msg.startsWith('CSI call')).map((line) => [line.requestId, line.resourceId]),
  );
  const events = Map.groupBy(
    lines.filter(({ event }) => event !== undefined),
    ({ disk }) => disk,
  );
  const deletions = Map.groupBy(
    lines.filter(({ action }) => action === 'DeleteSnapshot'),
    ({ requestId }) => diskOfRequest.get(requestId),
  );
  return (diskId) => ({
    events: reasonsOf(events.get(diskId) ?? []),
    deletedSnapshots: new Set((deletions.get(diskId) ?? []).map(({ resourceId }) => resourceId ?? '')),
  });
}

function parseLine(text: string): Line[] {
  return text.startsWith('{') ? [lineSchema.parse(JSON.parse(text))] : [];
}

function reasonsOf(events: readonly Line[]): string[] {
  const once = new Map(
    events.map(({ event = '', msg }) => [event === 'WaitingForSnapshot' ? event : msg, event]),
  );
  return [...once.values()];
}
