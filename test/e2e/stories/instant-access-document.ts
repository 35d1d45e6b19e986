import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Story, World } from '../system/story.ts';
import {
  boundDisk,
  expectData,
  growFileSystem,
  requestSize,
  runPod,
  someData,
  untilAttached,
  untilDetached,
} from './acts.ts';
import { untilProtectionReady } from './snapshot-acts.ts';
import { untilStopped } from './stateful-set.ts';

const example = (name: string) =>
  readFileSync(new URL(`../../../deploy/examples/datasafe/${name}`, import.meta.url), 'utf8');

/** The namespace, pod and claim of the product document. */
const namespace = 'autosnapshot';
const pod = 'mysql-sts-0';

export const instantAccessDocument: Story = {
  title:
    'The document of instant access snapshots, command by command: deployed, expanded, deleted by mistake, restored',
  interruption: {
    moments: [
      { action: 'CreateSnapshot' },
      { action: 'ResizeDisk' },
      { action: 'DeleteDisk' },
      { action: 'CreateDisk', skip: 1 },
    ],
    inNamespace: namespace,
  },
  async tell(told) {
    const world = told.inNamespace(namespace);
    await makeNamespace(world);
    try {
      const { diskId, data } = await deploy(world);
      await expand(world, diskId);
      await deleteByMistake(world, diskId);
      await restore(world, diskId);
      await expectData(world, await boundDisk(world, 'essd-pvc'), data);
    } finally {
      await cleanUp(world);
    }
  },
};

/** As the document takes for granted; another telling may just have ended there. */
async function makeNamespace({ kubectl, eventually }: World): Promise<void> {
  await eventually(`no namespace ${namespace} is being deleted`, async () => {
    const path = '{.status.phase}';
    return (
      (await kubectl.run(`get namespace ${namespace} --ignore-not-found -o jsonpath=${path}`)) !==
      'Terminating'
    );
  });
  await kubectl.apply(`{ apiVersion: v1, kind: Namespace, metadata: { name: ${namespace} } }`);
  await kubectl.run(`wait serviceaccount/default --for=create -n ${namespace} --timeout=60s`);
}

async function deploy(world: World): Promise<{ diskId: string; data: Buffer }> {
  const { kubectl } = world;
  // The chart has made the class already: the example is the same one.
  expect(await kubectl.apply(example('storageclass.yaml'))).to.match(
    /alicloud-datasafe-essd (configured|unchanged)/,
  );
  await kubectl.apply(example('mysql.yaml'));
  const diskId = await runningPod(world);
  expect(await kubectl.run('get pvc -nautosnapshot')).to.match(
    /essd-pvc\s+Bound\s+\S+\s+25Gi\s+RWO\s+alicloud-datasafe-essd/,
  );
  const data = someData('record.txt');
  await world.ecs.writeDisk(diskId, 0, data);
  return { diskId, data };
}

async function expand(world: World, diskId: string): Promise<void> {
  await requestSize(world, 'essd-pvc', '30Gi');
  await growFileSystem(world, 'essd-pvc', '30Gi');
  const description = await world.kubectl.run('describe pvc essd-pvc -n autosnapshot');
  expect(description).to.match(/Capacity:\s+30Gi/);
  expect(description.replace(/\s+/g, ' ')).to.match(
    new RegExp(
      `ControllerExpandVolume:: Snapshot create successful: snapshotName\\[volume-expand-auto-snapshot-\\S+-\\d{4}-\\d\\d-\\d\\d-\\d\\d:\\d\\d:\\d\\d\\], sourceId\\[${diskId}\\], snapshotId\\[s-\\w+\\]`,
    ),
  );
}

async function deleteByMistake(world: World, diskId: string): Promise<void> {
  const { kubectl } = world;
  await kubectl.run('scale sts/mysql-sts -n autosnapshot --replicas=0');
  await untilStopped(world, 'mysql-sts');
  await untilDetached(world, diskId);
  await kubectl.run('delete pvc essd-pvc -n autosnapshot');
  await untilProtectionReady(world, diskId);
  expect(await kubectl.run('get volumesnapshot')).to.match(
    new RegExp(
      `${diskId}-delprotect\\s+true\\s+${diskId}-delprotect-content\\s+30Gi\\s+${diskId}-delprotect-content`,
    ),
  );
}

async function restore(world: World, diskId: string): Promise<void> {
  const { kubectl } = world;
  const content = await kubectl.run(`get volumesnapshotcontent ${diskId}-delprotect-content -oyaml`);
  const [, handle = ''] = /snapshotHandle: (s-\w+)/.exec(content) ?? [];
  await kubectl.apply(example('restore.yaml').replace('s-2zegw6gmuc866xgc****', handle));
  await kubectl.run('scale sts/mysql-sts -n autosnapshot --replicas=1');
  expect(await runningPod(world)).not.to.equal(diskId);
  expect(await kubectl.run('describe pvc essd-pvc -n autosnapshot')).to.match(/Used By:\s+mysql-sts-0/);
}

/** Waits until the pod has its disk, and plays the kubelet: it runs. @returns the disk. */
async function runningPod(world: World): Promise<string> {
  await world.kubectl.run(`wait pod/${pod} -n ${namespace} --for=create --timeout=60s`);
  const diskId = await boundDisk(world, 'essd-pvc');
  await untilAttached(world, diskId);
  await runPod(world, pod);
  return diskId;
}

async function cleanUp({ kubectl }: World): Promise<void> {
  await kubectl.run(`delete sts --all -n ${namespace}`);
  await kubectl.run(`delete pods --all -n ${namespace} --grace-period=0 --force`);
  await kubectl.run(`delete namespace ${namespace} --wait=false`);
  await kubectl.run(
    'delete volumesnapshotcontent datasafe-volumesnapshotcontent --ignore-not-found --wait=false',
  );
}
