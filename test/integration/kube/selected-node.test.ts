import { expect } from 'chai';
import type { NodeSearch } from '../../../src/disk/cluster.ts';
import type { KubeObject } from '../../support/kube-api/kube-api.ts';
import { call, setUp, type Setup } from './set-up.ts';

const label = 'node.csi.alibabacloud.com/disktype.';
const annotation = 'volume.kubernetes.io/selected-node';

function node(name: string, labels: Readonly<Record<string, string>>): KubeObject {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, uid: `uid-of-${name}`, labels } };
}

function claim(name: string, annotations: Readonly<Record<string, string>>): KubeObject {
  const metadata = { name, namespace: 'shop', uid: `uid-of-${name}`, annotations };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata,
    spec: {},
    status: { phase: 'Pending' },
  };
}

const ofClaim: NodeSearch = { nodeName: undefined, claim: { namespace: 'shop', name: 'data' } };

async function withNode(): Promise<Setup> {
  const setup = await setUp();
  await setup.api.put(
    node('node-1', {
      [`${label}cloud_essd`]: 'available',
      [`${label}cloud_auto`]: 'available',
      [`${label}cloud_ssd`]: 'unavailable',
      'kubernetes.io/hostname': 'node-1',
    }),
  );
  await setup.api.put(claim('data', { [annotation]: 'node-1' }));
  return setup;
}

const found = { nodeName: 'node-1', categories: ['cloud_essd', 'cloud_auto'] };

describe('What the node can attach that was chosen for a claim', () => {
  it('is read from the annotation of the claim and the labels of the node', async () => {
    await using setup = await withNode();
    expect(await setup.cluster.findSelectedNode(ofClaim, call())).to.deep.equal(found);
  });

  it('is read from the node alone where its name is told', async () => {
    await using setup = await withNode();
    const search = { nodeName: 'node-1', claim: ofClaim.claim };
    expect(await setup.cluster.findSelectedNode(search, call())).to.deep.equal(found);
    expect(await setup.api.requests({ resource: 'persistentvolumeclaims' })).to.deep.equal([]);
  });

  it('is remembered for a minute', async () => {
    await using setup = await withNode();
    const search = { nodeName: 'node-1', claim: undefined };
    await setup.cluster.findSelectedNode(search, call());
    await setup.api.put(node('node-1', { [`${label}cloud_ssd`]: 'available' }));
    expect(await setup.cluster.findSelectedNode(search, call())).to.deep.equal(found);
    await setup.clock.advance(60_000);
    const later = await setup.cluster.findSelectedNode(search, call());
    expect(later?.categories).to.deep.equal(['cloud_ssd']);
    expect(await setup.api.requests({ resource: 'nodes' })).to.have.length(2);
  });

  it('is not known of a claim for which no node is chosen, nor of a node without such labels', async () => {
    await using setup = await withNode();
    await setup.api.put(claim('data', {}));
    expect(await setup.cluster.findSelectedNode(ofClaim, call())).to.equal(undefined);
    await setup.api.put(claim('data', { [annotation]: '' }));
    expect(await setup.cluster.findSelectedNode(ofClaim, call())).to.equal(undefined);
    await setup.api.put(claim('data', { [annotation]: 'node-2' }));
    expect(await setup.cluster.findSelectedNode(ofClaim, call())).to.equal(undefined);
    await setup.api.put(node('node-2', { 'kubernetes.io/hostname': 'node-2' }));
    expect(await setup.cluster.findSelectedNode(ofClaim, call())).to.equal(undefined);
    await setup.api.put(node('node-2', { [`${label}cloud_ssd`]: 'available' }));
    const seen = await setup.cluster.findSelectedNode(ofClaim, call());
    expect(seen).to.deep.equal({ nodeName: 'node-2', categories: ['cloud_ssd'] });
  });

  it('asks nothing when nobody tells a node or a claim', async () => {
    await using setup = await withNode();
    const search = { nodeName: undefined, claim: undefined };
    expect(await setup.cluster.findSelectedNode(search, call())).to.equal(undefined);
    expect(await setup.api.requests()).to.deep.equal([]);
  });

  it('is not known, and keeps nobody from going on, when the API server refuses or cannot be reached', async () => {
    await using setup = await withNode();
    await setup.api.deny('get nodes');
    expect(await setup.cluster.findSelectedNode(ofClaim, call())).to.equal(undefined);
    await setup.api.setAvailable(false);
    expect(await setup.cluster.findSelectedNode(ofClaim, call())).to.equal(undefined);
    expect(setup.log.lines.map(({ message }) => message)).to.deep.equal([
      'what the chosen node can attach is not known; any category may do',
      'what the chosen node can attach is not known; any category may do',
    ]);
  });
});
