import { expect } from 'chai';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Cluster } from '../../../src/disk/cluster.ts';
import type { DiskError, DiskErrorKind } from '../../../src/disk/disk-error.ts';
import { createOfflineCluster } from '../../../src/kube/off/offline-cluster.ts';
import { openManifestDirectory } from '../../../src/kube/off/manifest-file.ts';
import { newContent, newSnapshot } from '../../../src/kube/protection-objects.ts';
import {
  call,
  clusterVolume,
  driverName,
  keptLog,
  protectionOf,
  rejection,
} from '../../integration/kube/set-up.ts';

const settings = { driverName, clusterId: 'c-test', protectionNamespace: 'default' };

interface Setup extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly directory: string;
  readonly file: string;
  readonly log: ReturnType<typeof keptLog>;
  another(changes?: object): Cluster;
}

async function setUp(): Promise<Setup> {
  const parent = await mkdtemp(join(tmpdir(), 'datasafe-off-'));
  const directory = join(parent, 'manifests');
  const log = keptLog();
  const another = (changes: object = {}) =>
    createOfflineCluster({
      ...settings,
      manifestDirectory: directory,
      clock: { now: () => 0 },
      log,
      ...changes,
    });
  return {
    cluster: another(),
    another,
    directory,
    file: join(directory, 'd-1-delprotect.yaml'),
    log,
    async [Symbol.asyncDispose]() {
      await rm(parent, { recursive: true, force: true });
    },
  };
}

async function refusal(promise: Promise<unknown>, kind: DiskErrorKind): Promise<string> {
  const error = (await rejection(promise)) as DiskError;
  expect(error.kind, error.message).to.equal(kind);
  return error.message;
}

describe('A protection with Kubernetes switched off', () => {
  it('is a file with both objects, ready to apply', async () => {
    await using setup = await setUp();
    const protection = protectionOf('d-1', { volume: undefined });

    const record = await setup.cluster.recordProtection(protection, call());

    expect(record).to.deep.equal({
      diskId: 'd-1',
      snapshotId: 's-1',
      contentName: 'd-1-delprotect-content',
      snapshotName: 'd-1-delprotect',
      namespace: 'default',
      expiresAt: protection.expiresAt,
    });
    const documents = parseAllDocuments(await readFile(setup.file, 'utf8'));
    expect([...documents].map((document): unknown => document.toJS())).to.deep.equal([
      newContent(protection, 'default', settings),
      newSnapshot(protection, 'default', settings),
    ]);
    expect(await readdir(setup.directory)).to.deep.equal(['d-1-delprotect.yaml']);
  });

  it('tells no end of a snapshot that has none', async () => {
    await using setup = await setUp();
    const record = await setup.cluster.recordProtection(
      protectionOf('d-1', { expiresAt: undefined }),
      call(),
    );
    expect(record.expiresAt).to.equal(undefined);
    expect(await readFile(setup.file, 'utf8'))
      .to.contain('Until it is deleted by hand')
      .and.not.contain('expires-at');
  });

  it('is written once', async () => {
    await using setup = await setUp();
    const first = await setup.cluster.recordProtection(protectionOf('d-1'), call());
    const { ino } = await stat(setup.file);

    expect(await setup.cluster.recordProtection(protectionOf('d-1'), call())).to.deep.equal(first);
    expect((await stat(setup.file)).ino).to.equal(ino);
  });

  it('is written once by many at the same time', async () => {
    await using setup = await setUp();
    const all = await Promise.all(
      Array.from(
        { length: 8 },
        async () => await setup.another().recordProtection(protectionOf('d-1'), call()),
      ),
    );

    expect(new Set(all.map(({ snapshotId }) => snapshotId))).to.deep.equal(new Set(['s-1']));
    expect(await readdir(setup.directory)).to.deep.equal(['d-1-delprotect.yaml']);
  });

  it('takes the place of one that leads to an older snapshot, but not of a newer', async () => {
    await using setup = await setUp();
    const cutAt = new Date('2026-02-01T00:00:00Z');
    const older = protectionOf('d-1', { snapshotId: 's-old', cutAt });
    await setup.cluster.recordProtection(older, call());
    await setup.cluster.recordProtection(protectionOf('d-1'), call());
    expect((await setup.cluster.listProtections(call())).map((one) => one.snapshotId)).to.deep.equal(['s-1']);

    expect(await refusal(setup.cluster.recordProtection(older, call()), 'conflict')).to.contain('newer');
  });

  it('leaves a file alone that it did not write', async () => {
    await using setup = await setUp();
    await setup.cluster.recordProtection(protectionOf('d-1'), call());
    const ours = await readFile(setup.file, 'utf8');
    const foreign = [
      'hello\n',
      '',
      '{ not yaml',
      ours.replaceAll('csi-datasafe', 'somebody'),
      ours.replace(driverName, 'other.example.com'),
      ours.replace('volumeSnapshotContentName: d-1', 'volumeSnapshotContentName: d-9'),
      `${ours}---\nkind: More\n`,
    ];
    for (const text of foreign) {
      await writeFile(setup.file, text);
      await refusal(setup.cluster.recordProtection(protectionOf('d-1'), call()), 'conflict');
      expect(await readFile(setup.file, 'utf8')).to.equal(text);
    }
  });

  it('is refused without a folder, with what to do', async () => {
    await using setup = await setUp();
    const cluster = setup.another({ manifestDirectory: undefined });

    const message = await refusal(cluster.recordProtection(protectionOf('d-1'), call()), 'unsupported');

    expect(message).to.contain('--manifest-dir');
    expect(await cluster.listProtections(call())).to.deep.equal([]);
  });

  it('is refused when the folder cannot be written to', async () => {
    await using setup = await setUp();
    // Not even root makes folders there.
    const cluster = setup.another({ manifestDirectory: '/sys/manifests' });

    const message = await refusal(cluster.recordProtection(protectionOf('d-1'), call()), 'denied');

    expect(message).to.contain('/sys/manifests/d-1-delprotect.yaml');
  });

  it('is refused when something stands in the way of the folder', async () => {
    await using setup = await setUp();
    await writeFile(setup.directory, 'a file');

    await refusal(setup.cluster.recordProtection(protectionOf('d-1'), call()), 'outcome-unknown');
    await refusal(setup.cluster.recordProtection(protectionOf('../d'), call()), 'invalid');
  });

  it('goes to the namespace of the claim, where that is asked for', async () => {
    await using setup = await setUp();
    const cluster = setup.another({ protectionNamespace: 'claim' });
    expect((await cluster.recordProtection(protectionOf('d-1'), call())).namespace).to.equal('shop');
    const unclaimed = protectionOf('d-2', { volume: { ...clusterVolume('d-2'), claim: undefined } });
    expect((await cluster.recordProtection(unclaimed, call())).namespace).to.equal('default');
  });
});

describe('A file of a manifest folder', () => {
  it('is made only once, and never in halves', async () => {
    await using setup = await setUp();
    const directory = openManifestDirectory(setup.directory);
    expect(await directory.create('one.yaml', 'first\n')).to.equal(true);
    expect(await directory.create('one.yaml', 'second\n')).to.equal(false);
    expect(await directory.read('one.yaml')).to.equal('first\n');
    await directory.replace('one.yaml', 'third\n');
    expect(await directory.read('one.yaml')).to.equal('third\n');
    expect(await directory.list('.yaml')).to.deep.equal(['one.yaml']);
    expect(await readdir(setup.directory)).to.deep.equal(['one.yaml']);
  });
});

describe('Protections in files', () => {
  it('are listed as far as they are ours', async () => {
    await using setup = await setUp();
    expect(await setup.cluster.listProtections(call())).to.deep.equal([]);
    const first = await setup.cluster.recordProtection(protectionOf('d-1'), call());
    const second = await setup.cluster.recordProtection(protectionOf('d-2', { snapshotId: 's-2' }), call());
    await setup.another({ clusterId: 'c-other' }).recordProtection(protectionOf('d-3'), call());
    await writeFile(join(setup.directory, 'd-4-delprotect.yaml'), 'hello\n');
    await writeFile(join(setup.directory, 'd-5-delprotect.yaml'), await readFile(setup.file));
    await writeFile(join(setup.directory, 'notes.txt'), 'hello\n');

    expect(await setup.cluster.listProtections(call())).to.deep.equal([first, second]);
  });

  it('are removed while they lead to the snapshot, and once', async () => {
    await using setup = await setUp();
    const record = await setup.cluster.recordProtection(protectionOf('d-1'), call());
    await setup.cluster.removeProtection({ ...record, snapshotId: 's-other' }, call());
    expect(await readdir(setup.directory)).to.have.length(1);

    await setup.cluster.removeProtection(record, call());
    await setup.cluster.removeProtection(record, call());
    expect(await readdir(setup.directory)).to.deep.equal([]);
  });
});

describe('What else is asked of Kubernetes while it is off', () => {
  it('gets an answer that claims nothing', async () => {
    await using setup = await setUp();
    expect(await setup.cluster.findVolume('d-1', call())).to.equal(undefined);
    expect(await setup.cluster.expansionState(clusterVolume('d-1'), 30, call())).to.equal('unknown');
    expect(await setup.cluster.isBeingRestored('s-1', call())).to.equal(false);
  });

  it('goes to the log: events, progress once a minute', async () => {
    await using setup = await setUp();
    const event = { diskId: 'd-1', volume: undefined, on: 'claim' } as const;
    setup.cluster.report({ ...event, type: 'Warning', reason: 'DeleteRefused', message: 'refused' });
    for (const message of ['10 %', '20 %']) {
      setup.cluster.report({ ...event, type: 'Normal', reason: 'WaitingForSnapshot', message });
    }

    expect(setup.log.lines.map(({ level, message }) => [level, message])).to.deep.equal([
      ['warn', 'refused'],
      ['info', '10 %'],
    ]);
  });

  it('tells what has a key once, however often a repeated call says it', async () => {
    await using setup = await setUp();
    const event = { diskId: 'd-1', volume: undefined, on: 'claim', type: 'Normal' } as const;
    for (const key of ['created-s-1', 'created-s-1', 'created-s-2']) {
      setup.cluster.report({ ...event, reason: 'SnapshotCreated', message: key, key });
    }
    expect(setup.log.lines.map(({ message }) => message)).to.deep.equal(['created-s-1', 'created-s-2']);
  });
});
