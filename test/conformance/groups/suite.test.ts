import { expect } from 'chai';
import { join } from 'node:path';
import { connectCsi } from '../../support/csi-client.ts';
import { socketDirectory } from '../../support/plugin.ts';
import { spawnCommand } from '../../support/spawned-process.ts';
import { driverWith, type DriverOptions } from './driver.ts';
import { defects, type Defect } from './model/defects.ts';
import { startModelDriver } from './model/model-driver.ts';
import { groupChecks, tryGroupChecks, type CheckResult } from './suite.ts';

const options: DriverOptions = {
  volumeParameters: {},
  groupParameters: {},
  volumeBytes: 1024n ** 3n,
  largestGroup: 4,
  memberDeletion: 'refused',
  duplicateSources: 'refused',
  patienceMs: 200,
};

async function tryModel(...given: readonly Defect[]): Promise<CheckResult[]> {
  using directory = socketDirectory();
  await using driver = await startModelDriver(join(directory.path, 'model.sock'), new Set(given));
  using client = connectCsi(driver.socket);
  return await tryGroupChecks(driverWith({ groups: client, controller: client }, options, 'test'));
}

const failedIn = (results: readonly CheckResult[]) =>
  results.filter(({ outcome }) => outcome === 'failed').map(({ name, reason }) => `${name}: ${reason}`);

describe('The group checks', () => {
  it('find nothing wrong with a driver that keeps to the standard', async () => {
    const results = await tryModel();

    expect(failedIn(results)).to.deep.equal([]);
    expect(results.map(({ outcome }) => outcome)).to.not.include('skipped');
    expect(results).to.have.length(groupChecks.length + 2);
  });

  const catching = new Set<string>();
  for (const defect of defects) {
    it(`find out when ${defect}`, async () => {
      const results = await tryModel(defect);

      results.filter(({ outcome }) => outcome === 'failed').forEach(({ name }) => catching.add(name));
      expect(failedIn(results)).to.not.deep.equal([]);
    });
  }

  it('are all needed: each of them finds something', () => {
    const idle = groupChecks.map(({ name }) => name).filter((name) => !catching.has(name));
    expect(idle).to.deep.equal([]);
  });
});

describe('The program that tries group snapshots on any driver', () => {
  const program = new URL('run.ts', import.meta.url).pathname;

  it('counts what passed, and ends with status 1 when something failed', async () => {
    using directory = socketDirectory();
    for (const { given, status, line } of [
      { given: [], status: 0, line: /^\d{2} passed, 0 failed, 0 skipped$/m },
      {
        given: ['get ignores the ids'] as const,
        status: 1,
        line: /^ {2}FAILED {2}GetVolumeGroupSnapshot with the/m,
      },
    ]) {
      await using driver = await startModelDriver(join(directory.path, 'model.sock'), new Set(given));
      await using run = spawnCommand(['--endpoint', `unix://${driver.socket}`], {}, program);
      expect(await run.ended, run.output()).to.equal(status);
      expect(run.output()).to.match(line);
    }
  }).timeout(30_000);

  it('explains itself when it is told something wrong', async () => {
    await using run = spawnCommand(['--endpoint', 'tcp://127.0.0.1:1'], {}, program);
    expect(await run.ended).to.equal(2);
    expect(run.output()).to.match(/"tcp:\/\/127.0.0.1:1" is no Unix socket[^]*Usage: /);
  }).timeout(30_000);
});
