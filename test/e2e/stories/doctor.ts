import { expect } from 'chai';
import { emulatorEnvironment } from '../../support/emulator.ts';
import { spawnCommand } from '../../support/spawned-process.ts';
import type { Story, World } from '../system/story.ts';
import { applyClaim, boundDisk, untilAttached, untilDetached, usePod } from './acts.ts';

export const askTheDoctor: Story = {
  title:
    'The doctor finds nothing wrong, until a disk is attached behind the back of Kubernetes, or another controller holds a lease; then it names them',
  interruption: {
    noneBecause: 'the doctor only looks, and what others leave behind on purpose it would find, and rightly',
  },
  async tell(world) {
    const { kubectl, ecs, nodes, namespace } = world;
    const [node] = nodes;
    if (node === undefined) {
      throw new Error('this story needs a node');
    }
    await applyClaim(world, { name: 'used', storageClass: 'alicloud-datasafe-essd' });
    await usePod(world, { name: 'user', claim: 'used', node: node.name });
    await untilAttached(world, await boundDisk(world, 'used'));
    await applyClaim(world, { name: 'free', storageClass: 'alicloud-datasafe-essd' });
    await usePod(world, { name: 'former', claim: 'free', node: node.name });
    const free = await boundDisk(world, 'free');
    await untilAttached(world, free);
    await kubectl.run(`delete pod former -n ${namespace} --grace-period=0 --force`);
    await untilDetached(world, free);
    await world.eventually('the doctor finds nothing wrong', async () => (await doctor(world)).status === 0);

    await ecs.attach(free);
    const bad = await doctor(world);
    expect(bad.status).to.equal(1);
    expect(bad.output).to.contain(`WRONG  disk ${free}`).and.contain(`claim ${namespace}/free`);
    expect(bad.output).to.contain('[attached-unasked]').and.contain('1 wrong, 0 not looked at');

    // What it says is to be done.
    await ecs.detach(free);
    await kubectl.apply(leaseOfAnother(namespace));
    const shared = await doctor(world);
    expect(shared.output).to.contain('is held by csi-provisioner-elsewhere').and.contain('[lease-holders]');
    expect(shared.output).to.contain('1 wrong, 0 not looked at');
    await kubectl.run(`delete lease ${resizerLease} -n ${namespace}`);
    const good = await doctor(world);
    expect(good.output).to.match(/^\d+ checks: nothing is wrong\n$/);
    expect(good.status).to.equal(0);
  },
};

const resizerLease = 'external-resizer-diskplugin-csi-alibabacloud-com';

/** As a controller that runs outside the cluster holds it. */
function leaseOfAnother(namespace: string): string {
  const renewTime = new Date().toISOString().replace('Z', '000Z');
  return `
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: { name: ${resizerLease}, namespace: ${namespace} }
spec: { holderIdentity: csi-provisioner-elsewhere, leaseDurationSeconds: 15, renewTime: '${renewTime}' }
`;
}

/** As an operator runs it, with the rights of an administrator of the cluster. */
async function doctor({
  ecs,
  controlPlane,
  say,
}: World): Promise<{ status: number | string; output: string }> {
  await using process = spawnCommand(
    [
      ...['doctor', '--region', 'cn-hangzhou', '--cluster-id', 'e2e'],
      ...['--ecs-endpoint', ecs.endpoint, '--ecs-protocol', 'http'],
      ...['--kubernetes', controlPlane.adminKubeconfig],
    ],
    emulatorEnvironment,
  );
  const status = await process.ended;
  const output = process.output();
  say(`$ csi-datasafe doctor: ${status}\n${output}`);
  return { status, output };
}
