import { expect } from 'chai';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { spawnCommand, type SpawnedProcess } from '../../support/spawned-process.ts';

const wholeStoryMs = 60_000;

function startDemo(...args: string[]): SpawnedProcess {
  return spawnCommand(['demo', '--size-mib', '4', ...args]);
}

/** The status or signal with which it ends by itself. */
async function endOf(demo: SpawnedProcess): Promise<number | string> {
  if (demo.child.exitCode !== null) {
    return demo.child.exitCode;
  }
  const [code, signal] = (await once(demo.child, 'close')) as [number | null, string | null];
  return code ?? signal ?? '';
}

/** The processes that the demo says it has started. */
function processIdsIn(output: string): number[] {
  return [...output.matchAll(/^ +process +(\d+)$/gm)].map(([, id]) => Number(id));
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}

function socketIn(output: string): string {
  return /CSI socket +unix:\/\/(\S+)/.exec(output)?.[1] ?? '';
}

describe('csi-datasafe demo', () => {
  it('proves every step, leaves nothing behind and ends with status 0', async () => {
    await using demo = startDemo();
    const status = await endOf(demo);
    const output = demo.output();

    expect(status, output).to.equal(0);
    const lastLine = output.trimEnd().split('\n').at(-1);
    expect(lastLine).to.match(/^demo: (\d+) proofs, \1 passed, 0 failed$/);
    expect(output).to.match(/it holds the bytes of the snapshot.* 4,718,592 bytes compared, 0 differ/);
    for (const claim of [
      'the new volume holds every byte from before the expansion',
      'it holds every byte of the deleted volume',
    ]) {
      expect(output).to.match(new RegExp(`PROVEN +${claim} +4,718,592 bytes compared, 0 differ`));
    }
    expect(output).to.match(/PROVEN +expanded, it needs its snapshot no longer: ECS has none/);
    expect(output).to.match(/PROVEN +read one after the other they do not fit each other +disk \d holds/);
    expect(output).to.match(
      /PROVEN +the restored volumes are one moment in time +the first [\d,]+ writes, and no others/,
    );
    expect(output).to.match(/PROVEN +after three days those of the deletions are gone too/);
    expect(processIdsIn(output)).to.have.lengthOf(2);
    expect(processIdsIn(output).filter(isRunning)).to.deep.equal([]);
    expect(existsSync(dirname(socketIn(output)))).to.equal(false);
  }).timeout(wholeStoryMs);

  it('ends with status 1 and says what failed when ECS goes away in the middle', async () => {
    await using demo = startDemo();
    await demo.waitForOutput(/^4 {2}Take a snapshot/m);
    const [emulatorId = 0] = processIdsIn(demo.output());
    process.kill(emulatorId, 'SIGKILL');
    const status = await endOf(demo);
    const output = demo.output();

    expect(status, output).to.equal(1);
    expect(output.trimEnd().split('\n').at(-1)).to.match(/^demo: \d+ proofs, \d+ passed, [1-9]\d* failed$/);
    expect(output).to.match(/^failed in step \d+ /m);
    expect(output).to.match(/the plugin ends cleanly \(exit status\) +passed/);
    expect(processIdsIn(output).filter(isRunning)).to.deep.equal([]);
  }).timeout(wholeStoryMs);

  it('takes both processes and the socket with it when it is interrupted', async () => {
    await using demo = startDemo();
    await demo.waitForOutput(/^3 {2}Write data/m);
    const status = await demo.end('SIGINT');
    const output = demo.output();

    expect(status).to.equal(130);
    expect(processIdsIn(output)).to.have.lengthOf(2);
    expect(processIdsIn(output).filter(isRunning)).to.deep.equal([]);
    expect(existsSync(dirname(socketIn(output)))).to.equal(false);
    expect(output).to.not.include('proofs,');
  });

  it('refuses an unknown flag with one line and status 2', async () => {
    await using demo = startDemo('--fast');
    const status = await endOf(demo);

    expect(status).to.equal(2);
    expect(demo.output()).to.match(/^csi-datasafe demo: Unknown option '--fast'; [^\n]+\n$/);
  });

  it('explains itself', async () => {
    await using demo = startDemo('--help');

    expect(await endOf(demo)).to.equal(0);
    expect(demo.output()).to.match(/^Usage: csi-datasafe demo/);
  });
});
