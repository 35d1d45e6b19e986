import { listed } from '../../questions.ts';
import { finding, type Stage } from '../../stage.ts';

const hourMs = 3600 * 1000;
const dayMs = 24 * hourMs;

/** Nobody has to clean up: what the guards took ends by itself, each at its time. */
export async function letProtectionsExpire(stage: Stage): Promise<void> {
  const { ecs } = finding(stage, 'emulator');
  const kept = finding(stage, 'keptSnapshotId');
  const protection = finding(stage, 'protectionSnapshotId');
  const before = await ecs.snapshotIds();
  const areThere = before.includes(kept) && before.includes(protection);
  stage.proofs.that('the snapshots of both stories are still there', areThere, listed(before));
  await ecs.advanceClock(dayMs + hourMs);
  stage.screen.say('ECS', 'a day and an hour later (its clock was stepped)');
  const afterADay = await ecs.snapshotIds();
  const onlyKeptIsGone = !afterADay.includes(kept) && afterADay.includes(protection);
  stage.proofs.that('after a day the one of the failed expansion is gone', onlyKeptIsGone, listed(afterADay));
  await ecs.advanceClock(2 * dayMs);
  stage.screen.say('ECS', 'three days and an hour later');
  const afterThree = listed(await ecs.snapshotIds());
  stage.proofs.equal('after three days those of the deletions are gone too', afterThree, 'none');
  stage.screen.say('note', 'the clock of the plugin was not stepped: its keeper would now remove the files');
}
