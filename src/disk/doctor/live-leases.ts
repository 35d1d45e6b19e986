import type { SeenDeployment, SeenLease } from './doctor-cluster.ts';
import type { NotLooked } from './finding.ts';
import type { Looks } from './looks.ts';

/** Holders renew every few seconds, by their own clocks; what was not renewed for so long is nobody's any more. */
const liveMs = 5 * 60_000;

export type LiveLease = SeenLease & { readonly holder: string; readonly renewedAtMs: number };

/** The leases of one of these names, in whatever namespace, that somebody holds. */
export async function liveLeases(looks: Looks, names: readonly string[]): Promise<LiveLease[]> {
  const since = looks.now() - liveMs;
  return (await looks.leases()).filter(
    (lease): lease is LiveLease =>
      names.includes(lease.name) &&
      lease.holder !== undefined &&
      lease.renewedAtMs !== undefined &&
      lease.renewedAtMs >= since,
  );
}

/** Where no lease at all was renewed lately, not even that of a node, the clock here is ahead, and nobody seems to hold any. */
export async function clockDoubt(looks: Looks): Promise<NotLooked | undefined> {
  const newestMs = Math.max(...(await looks.leases()).map(({ renewedAtMs }) => renewedAtMs ?? 0), 0);
  const nowMs = looks.now();
  return newestMs === 0 || newestMs >= nowMs - liveMs
    ? undefined
    : {
        at: 'who holds the leases of this cluster',
        because: `none of them was renewed since ${timeText(newestMs)}, and it is ${timeText(nowMs)} by the clock here`,
        mend: ['set the clock of this machine, and see that nodes and sidecars run: kubectl get leases -A'],
      };
}

export function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The names of the leases of csi-provisioner, csi-attacher, csi-resizer and csi-snapshotter. */
export function sidecarLeases(driverName: string): string[] {
  const name = sanitized(driverName);
  return [
    name,
    `external-attacher-leader-${name}`,
    `external-resizer-${name}`,
    `external-snapshotter-leader-${name}`,
  ];
}

export const snapshotControllerLease = 'snapshot-controller-leader';

/** Pods hold leases by their host name, which is their name: that of the Deployment, a hash and five letters. */
export function isPodOf({ name }: SeenDeployment, holder: string): boolean {
  const stem = `${sanitized(name)}-`;
  const rest = holder.slice(stem.length);
  // Kubernetes cuts a long name after 58 letters, before the last five.
  const isShaped =
    /^[0-9a-z]{1,10}-[0-9a-z]{5}$/.test(rest) || (holder.length === 63 && /^[0-9a-z]+$/.test(rest));
  return holder.startsWith(stem) && isShaped;
}

/** As the sidecars write names into leases. */
function sanitized(name: string): string {
  return name.replace(/[^a-zA-Z0-9-]/g, '-');
}
