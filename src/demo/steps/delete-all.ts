import type { MethodName } from '../csi-connection.ts';
import { messageOf } from '../format.ts';
import { deletionOfSnapshot, deletionOfVolume } from '../questions.ts';
import { ask, finding, type Question, type Stage } from '../stage.ts';
import { detachDisk } from './attachment.ts';

/** What nobody uses is deleted, and deleting it twice is no error. One that fails does not keep the others. */
export async function deleteAll(stage: Stage): Promise<void> {
  for (const [what, name] of [
    ['the volume', 'volumeId'],
    ['the restored volume', 'restoredVolumeId'],
  ] as const) {
    await proveDeletedTwice(stage, what, async () => {
      const volumeId = finding(stage, name);
      await detachDisk(stage, volumeId);
      return deletionOfVolume(volumeId);
    });
  }
  await proveDeletedTwice(stage, 'the snapshot', () => deletionOfSnapshot(finding(stage, 'snapshotId')));
}

async function proveDeletedTwice<Name extends MethodName>(
  stage: Stage,
  what: string,
  prepare: () => Question<Name> | Promise<Question<Name>>,
): Promise<void> {
  const claim = `${what} is deleted, and asking twice is no error`;
  try {
    const question = await prepare();
    const codes = [(await ask(stage, question)).code, (await ask(stage, question)).code];
    stage.proofs.equal(claim, codes.join(', '), 'OK, OK');
  } catch (error) {
    stage.proofs.that(claim, false, messageOf(error));
  }
}
