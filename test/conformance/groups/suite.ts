import { invoke } from '../../support/csi-client.ts';
import { capabilityChecks } from './checks-capabilities.ts';
import { createChecks } from './checks-create.ts';
import { deleteChecks } from './checks-delete.ts';
import { memberChecks } from './checks-members.ts';
import type { Driver } from './driver.ts';
import { sceneFor, type Check } from './scene.ts';

/** Every check, in the order in which they are tried. */
export const groupChecks: readonly Check[] = [
  ...capabilityChecks,
  ...createChecks,
  ...memberChecks,
  ...deleteChecks,
];

const callLimitMs = 60_000;

export interface CheckResult {
  readonly name: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Why it failed or was skipped; empty when it passed. */
  readonly reason: string;
}

/**
 * Tries every check on a driver, one after the other, also after one that failed. What was made on the way is deleted
 * after each, and that counts too: it must be possible.
 */
export async function tryGroupChecks(
  driver: Driver,
  checks: readonly Check[] = groupChecks,
): Promise<CheckResult[]> {
  const announced = await capabilitiesOf(driver);
  const results: CheckResult[] = [];
  const volumeIds: string[] = [];
  results.push(
    await tried('CreateVolume makes the volumes that are snapshotted', async () => {
      const names = Array.from({ length: driver.options.largestGroup }, (_, number) => `source-${number}`);
      const made = await Promise.all(names.map((name) => driver.createVolume(name)));
      volumeIds.push(...made.map(({ volumeId }) => volumeId));
    }),
  );
  for (const [index, { name, needs = [], run }] of checks.entries()) {
    const missing = needs.filter((capability) => !announced.has(capability));
    if (missing.length > 0) {
      const reason = `${missing.join(', ')} is not announced`;
      const now = new Date();
      results.push({ name, startedAt: now, endedAt: now, outcome: 'skipped', reason });
    } else {
      const { scene, cleanUp } = sceneFor(driver, volumeIds, `${index}`);
      results.push(await tried(name, () => runAndCleanUp(() => run(scene), cleanUp)));
    }
  }
  results.push(
    await tried('DeleteVolume takes the volumes that were snapshotted', async () => {
      await Promise.all(volumeIds.map((volumeId) => driver.deleteVolume(volumeId)));
    }),
  );
  return results;
}

async function capabilitiesOf({ clients }: Driver): Promise<Set<string>> {
  const { capabilities } = await invoke(
    clients.controller.controller,
    'ControllerGetCapabilities',
    {},
    callLimitMs,
  );
  return new Set(capabilities.map(({ rpc }) => rpc?.type ?? ''));
}

async function tried(name: string, run: () => Promise<void>): Promise<CheckResult> {
  const startedAt = new Date();
  const result = (outcome: CheckResult['outcome'], reason: string) => ({
    name,
    startedAt,
    endedAt: new Date(),
    outcome,
    reason,
  });
  try {
    await run();
    return result('passed', '');
  } catch (error) {
    return result('failed', error instanceof Error ? error.message : String(error));
  }
}

async function runAndCleanUp(run: () => Promise<void>, cleanUp: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    // What failed first tells more.
    await cleanUp().catch(() => undefined);
    throw error;
  }
  await cleanUp();
}
