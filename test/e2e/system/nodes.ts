import type { Emulator } from '../../support/emulator.ts';
import type { Kubectl } from './kubectl.ts';

const driver = 'diskplugin.csi.alibabacloud.com';

/** A node of the cluster and the ECS instance that it runs on. */
export interface ClusterNode {
  readonly name: string;
  readonly instanceId: string;
  readonly zoneId: string;
}

/** Registers a node for each instance of the emulator, as the kubelet and the driver's node plugin do. */
export async function registerNodes(kubectl: Kubectl, emulator: Emulator): Promise<ClusterNode[]> {
  // A second one in a zone, so that a disk can move.
  await emulator.control('POST', '/instances', { zoneId: 'cn-hangzhou-h' });
  const { instances } = await emulator.control<{ instances: { id: string; zoneId: string }[] }>(
    'GET',
    '/state',
  );
  const nodes = instances
    .filter(({ zoneId }) => zoneId.startsWith('cn-hangzhou'))
    .map(({ id, zoneId }) => ({ name: `node-${id}`, instanceId: id, zoneId }));
  for (const node of nodes) {
    await kubectl.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objectsFor(node) }));
    const status = { conditions: [{ type: 'Ready', status: 'True' }], ...capacity() };
    await kubectl.call([
      ...['patch', 'node', node.name, '--subresource=status', '--type=merge'],
      ...['--patch', JSON.stringify({ status })],
    ]);
    await kubectl.run(`taint node ${node.name} node.kubernetes.io/not-ready:NoSchedule-`);
  }
  return nodes;
}

function objectsFor({ name, instanceId, zoneId }: ClusterNode): unknown[] {
  const segments = {
    [`topology.${driver}/zone`]: zoneId,
    'topology.kubernetes.io/zone': zoneId,
    'topology.kubernetes.io/region': 'cn-hangzhou',
    'alibabacloud.com/ecs-instance-id': instanceId,
  };
  return [
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        labels: { 'kubernetes.io/hostname': name, ...segments },
        annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
      },
      spec: { providerID: `cn-hangzhou.${instanceId}` },
    },
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSINode',
      metadata: { name },
      spec: {
        drivers: [
          {
            name: driver,
            nodeID: instanceId,
            topologyKeys: Object.keys(segments),
            allocatable: { count: 15 },
          },
        ],
      },
    },
  ];
}

function capacity() {
  const resources = { cpu: '16', memory: '64Gi', pods: '110' };
  return { capacity: resources, allocatable: resources };
}
