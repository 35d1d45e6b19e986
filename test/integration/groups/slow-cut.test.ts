import { status as GrpcStatus, type ServiceError } from '@grpc/grpc-js';
import { expect } from 'chai';
import type { CsiClient } from '../../support/csi-client.ts';
import { startEmulator, type Emulator } from '../../support/emulator.ts';
import { groupsOn } from '../../support/group-snapshots.ts';
import { socketDirectory, startPlugin } from '../../support/plugin.ts';
import { createUsedVolume, eventually, untilReady } from '../../support/volumes.ts';
import { createGroupOnce } from './groups.ts';

/** How long ECS takes for the cut, on its own clock, which moves only as the sidecar's time passes. */
const cutSeconds = 25;
/** So long a second of the sidecar's time limits lasts here. */
const secondMs = 200;

interface Stand {
  readonly client: CsiClient;
  readonly emulator: Emulator;
}

/**
 * Plays csi-snapshotter: a call with its time limit, and after each undecided one a pause, of one second first, that
 * doubles. @returns what each call was answered with.
 */
async function playSnapshotter(
  stand: Stand,
  volumeIds: readonly string[],
  limitSeconds: number,
): Promise<string[]> {
  const answers: string[] = [];
  let seconds = 0;
  for (let pause = 1; answers.at(-1) !== 'OK' && answers.length < 20; pause *= 2) {
    const call = answerOf(
      createGroupOnce(stand.client, `slow-${limitSeconds}`, volumeIds, limitSeconds * secondMs),
    );
    if (seconds + limitSeconds > cutSeconds) {
      const early = call.then((answer) => expect.fail(`answered ${answer} before the cut was done`));
      await Promise.race([untilLookedAt(stand.emulator), early]);
      early.catch(() => undefined);
      await pass(stand.emulator, Math.max(0, cutSeconds - seconds) + 1);
    }
    answers.push(await call);
    await pass(stand.emulator, limitSeconds + pause);
    seconds += limitSeconds + pause;
  }
  return answers;
}

async function answerOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'OK';
  } catch (error) {
    const { code, details } = error as ServiceError;
    return `${GrpcStatus[code]}: ${details}`;
  }
}

/** Waits until the plugin has looked at the group once more: it holds the call. */
async function untilLookedAt(emulator: Emulator): Promise<void> {
  const looks = async () => (await emulator.requests('DescribeSnapshotGroups')).length;
  const before = await looks();
  await eventually(async () => (await looks()) > before + 1, 'the plugin looks at the group');
}

async function pass(emulator: Emulator, seconds: number): Promise<void> {
  await emulator.control('POST', '/clock', { advanceMs: seconds * 1000 });
}

describe('A cut that takes 25 seconds', () => {
  for (const { limitSeconds, calls } of [
    { limitSeconds: 60, calls: 1 },
    { limitSeconds: 10, calls: 3 },
  ]) {
    it(`takes csi-snapshotter ${calls} calls of ${limitSeconds} s, all of them answered with one text until the last`, async () => {
      await using emulator = await startEmulator();
      using directory = socketDirectory();
      // Nothing may still be on its way when the clock stops.
      await emulator.configure({
        ...{ createDiskMs: 0, attachMs: 0, attachVisibleAfterMs: 0 },
        cutMs: cutSeconds * 1000,
      });
      await using plugin = await startPlugin({
        ecsEndpoint: emulator.endpoint,
        socket: directory.socket,
        args: [...groupsOn, '--poll-interval', '50ms'],
      });
      await untilReady(plugin.client);
      const stand = { client: plugin.client, emulator };
      const volumeIds = [
        await createUsedVolume(stand.client, emulator, 'slow-a'),
        await createUsedVolume(stand.client, emulator, 'slow-b'),
      ];
      await emulator.control('POST', '/clock', { frozen: true });

      const answers = await playSnapshotter(stand, volumeIds, limitSeconds);

      console.log(`        ${answers.length} calls: ${answers.join('; ')}`);
      expect(answers.at(-1)).to.equal('OK');
      expect(answers).to.have.length(calls);
      const texts = new Set(answers.slice(0, -1));
      expect(texts.size).to.be.at.most(1);
      expect([...texts].every((text) => text.startsWith('ABORTED: '))).to.equal(true);
      expect(await emulator.requests('CreateSnapshotGroup')).to.have.length(1);
    });
  }
});
