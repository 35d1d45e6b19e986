import { connectCsi } from '../support/csi-client.ts';
import type { Spec } from './ginkgo-report.ts';
import { driverWith, type DriverOptions } from './groups/driver.ts';
import { tryGroupChecks } from './groups/suite.ts';
import type { System } from './system.ts';

/** ECS takes up to 16 disks in a group everywhere. */
const largestGroup = 16;

/** What our own checks of group snapshots gave. */
export interface GroupTrial {
  readonly specs: readonly Spec[];
  readonly problems: readonly string[];
}

/** Tries our own checks of group snapshots on the plugin, over its socket and nothing else. */
export async function tryGroups(system: System, volumeBytes: bigint): Promise<GroupTrial> {
  using client = connectCsi(system.socket);
  const options: DriverOptions = {
    volumeParameters: system.volumeParameters,
    groupParameters: { 'snapshotTags/purpose': 'conformance' },
    volumeBytes,
    largestGroup,
    memberDeletion: 'refused',
    duplicateSources: 'refused',
    patienceMs: 30_000,
    prepareVolume: oneAfterTheOther((volumeId) => writeOnce(system, volumeId)),
  };
  const results = await tryGroupChecks(driverWith({ groups: client, controller: client }, options, 'own'));
  return {
    specs: results
      .filter(({ outcome }) => outcome !== 'skipped')
      .map(({ name, outcome, reason, startedAt, endedAt }) => ({
        name: `Groups: ${name}`,
        state: outcome,
        message: reason,
        location: '',
        startedAt,
        endedAt,
      })),
    problems: results
      .filter(({ outcome }) => outcome === 'skipped')
      .map(({ name, reason }) => `"${name}" was not tried: ${reason}`),
  };
}

/** ECS makes snapshots of disks only that were attached and written to. */
async function writeOnce({ emulator }: System, volumeId: string): Promise<void> {
  await emulator.attach(volumeId);
  await emulator.writeDisk(volumeId, 0, Buffer.from(volumeId));
  await emulator.detach(volumeId);
}

/** The instance takes a few disks at a time. */
function oneAfterTheOther(work: (id: string) => Promise<void>): (id: string) => Promise<void> {
  let last = Promise.resolve();
  return (id) => (last = last.then(() => work(id)));
}
