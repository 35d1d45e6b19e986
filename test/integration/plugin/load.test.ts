import { expect } from 'chai';
import { invoke } from '../../support/csi-client.ts';
import { siteOfSuite } from '../../support/suite-site.ts';
import { createSnapshot, createVolume, eventually } from '../../support/volumes.ts';

const many = 200;
const pollIntervalMs = 500;

describe('Many calls at once', () => {
  const site = siteOfSuite({
    args: ['--poll-interval', `${pollIntervalMs}ms`],
    settings: { cutMs: 3000, uploadMs: 5000, allowNeverAttachedSnapshots: true },
  });

  it(`${many} CreateSnapshot calls send ${many} CreateSnapshot requests and share their looks`, async () => {
    const { emulator, client } = site;
    const names = Array.from({ length: many }, (_, index) => `load-${index}`);
    const volumeIds = await Promise.all(names.map((name) => createVolume(client, name)));
    await emulator.clearRequests();

    const startedAt = Date.now();
    const snapshotIds = await Promise.all(
      volumeIds.map((volumeId, index) => createSnapshot(client, `snapshot-${index}`, volumeId)),
    );
    const durationMs = Date.now() - startedAt;

    expect(new Set(snapshotIds).size).to.equal(many);
    expect((await emulator.requests('CreateSnapshot')).length).to.equal(many);
    const looks = await emulator.requests('DescribeSnapshots');
    const rounds = Math.ceil(durationMs / pollIntervalMs) + 1;
    console.log(`        ${looks.length} DescribeSnapshots in ${durationMs} ms, at most ${rounds} rounds`);
    expect(looks.length).to.be.at.most(3 * rounds);

    await emulator.clearRequests();
    const isReady = async () => {
      const { entries } = await invoke(client.controller, 'ListSnapshots', {});
      return entries.length === many && entries.every(({ snapshot }) => snapshot?.readyToUse === true);
    };
    await eventually(isReady, 'all snapshots are ready');
    expect((await emulator.requests('CreateSnapshot')).length).to.equal(0);
  });
});
