import { differencesBetween, fieldsOf, totalOf } from '../call-counts.ts';
import { csiCallCountsIn } from '../metrics-text.ts';
import { pollUntil } from '../poll.ts';
import { askForSnapshotIds, askForVolumeIds } from '../questions.ts';
import { finding, type Stage } from '../stage.ts';

const metricName = 'csi_plugin_operations_seconds';
const metricsLimitMs = 3000;

/** ECS holds nothing of ours any more, and every call can be accounted for. */
export async function proveNothingLeft(stage: Stage): Promise<void> {
  stage.proofs.equal('ListVolumes is empty', await askForVolumeIds(stage), 'none');
  stage.proofs.equal('ListSnapshots is empty', await askForSnapshotIds(stage), 'none');
  const { disks, snapshots, groups } = await finding(stage, 'emulator').ecs.resourceCounts();
  const left = `${disks} disks, ${snapshots} snapshots, ${groups} groups`;
  stage.proofs.equal('ECS itself holds nothing', left, '0 disks, 0 snapshots, 0 groups');
  await showEcsRequests(stage);
  await proveMetrics(stage);
}

async function showEcsRequests(stage: Stage): Promise<void> {
  stage.screen.say('ECS', 'requests it got from the plugin, by action and answer');
  stage.screen.fields(fieldsOf(await finding(stage, 'emulator').ecs.requestCounts()));
}

/** The histogram must count exactly the calls that this client made; it is read until the last one is in. */
async function proveMetrics(stage: Stage): Promise<void> {
  const { httpUrl, csi } = finding(stage, 'plugin');
  const made = csi.callCounts;
  stage.screen.say('asked', `GET ${httpUrl}/metrics`);
  const counted = await pollUntil(
    async () => csiCallCountsIn(metricName, await (await fetch(`${httpUrl}/metrics`)).text()),
    (found) => differencesBetween(made, found).length === 0,
    metricsLimitMs,
  );
  stage.screen.say('answered', metricName);
  stage.screen.fields(fieldsOf(counted));
  const differences = differencesBetween(made, counted);
  const total = [...made.keys()].reduce((sum, name) => sum + totalOf(made, name), 0);
  const evidence =
    differences.length === 0 ? `${total} calls of ${made.size} methods` : differences.join('; ');
  stage.proofs.that('the metrics count exactly the calls made here', differences.length === 0, evidence);
}
