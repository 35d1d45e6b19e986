import { expect } from 'chai';
import { chartDirectory } from '../../../scripts/plain-manifests.ts';
import { helm } from '../system/helm.ts';
import type { Check, CheckContext } from './index.ts';

const driver = 'diskplugin.csi.alibabacloud.com';
const suffix = 'diskplugin-csi-alibabacloud-com';
/** As the sidecars call their leases. */
const leases = [
  suffix,
  `external-attacher-leader-${suffix}`,
  `external-resizer-${suffix}`,
  `external-snapshotter-leader-${suffix}`,
];
const stranger = 'csi-provisioner-6d5f9c-x2x4z';

export const otherControllersSeen: Check = {
  title:
    'chart: where another controller renews a lease of the driver, helm installs only to take over from it, in the same namespace',
  async run(context) {
    const install = (namespace: string, ...set: readonly string[]) => refusal(context, namespace, set);
    for (const name of leases) {
      await using lease = await heldLease(context, { name, namespace: 'kube-system', holder: stranger });
      const says = `another controller serves the driver ${driver}: ${stranger} holds the lease ${name}`;
      expect(install('kube-system'), name).to.include(says).and.include('set takeover=true');
      await lease.renewed(secondsAgo(180));
      expect(install('kube-system'), name).to.equal('');
    }
    await using old = await heldLease(context, { name: suffix, namespace: 'kube-system', holder: stranger });
    expect(install('kube-system')).to.include('"Taking over" in deploy/README.md');
    expect(install('kube-system', 'takeover=true')).to.equal('');
    expect(install('default', 'takeover=true')).to.include('act beside it');
    await old.renewed(secondsAgo(180));
    expect(install('default')).to.equal('');
    // Of a release of this chart: in its own namespace it has just been uninstalled, in another it is alive.
    const holder = 'csi-datasafe-controller-7c9f-abcde';
    await using own = await heldLease(context, { name: suffix, namespace: 'default', holder });
    expect(install('default')).to.equal('');
    expect(install('kube-system')).to.include(`${holder} holds the lease`);
    await own.renewed(secondsAgo(-300));
    expect(install('kube-system'), 'a clock that is ahead').to.include('renewed 0 s ago');
    expect(install('kube-system', 'driverName=other.datasafe.example')).to.equal('');
  },
};

export const otherSnapshotControllerSeen: Check = {
  title: 'chart: where a snapshot-controller renews its lease, helm adds no other one',
  async run(context) {
    const name = 'snapshot-controller-leader';
    await using lease = await heldLease(context, {
      name,
      namespace: 'default',
      holder: 'snapshot-controller-0',
    });
    const enabled = 'snapshotController.enabled=true';
    const advice = 'set snapshotController.enabled=false';
    expect(refusal(context, 'kube-system', [enabled])).to.include(advice);
    expect(refusal(context, 'kube-system', [])).to.equal('');
    await lease.renewed(secondsAgo(180));
    expect(refusal(context, 'kube-system', [enabled])).to.equal('');
  },
};

/** `helm install` up to where it would make something. @returns what it says when it would not. */
function refusal(
  { programs, controlPlane }: CheckContext,
  namespace: string,
  set: readonly string[],
): string {
  const values = ['region=cn-hangzhou', 'credentials.kind=accessKey', ...set].join(',');
  const args = ['install', 'csi-datasafe', chartDirectory, '--namespace', namespace, '--set', values];
  try {
    helm(programs, [...args, '--dry-run=server'], controlPlane.adminKubeconfig);
    return '';
  } catch (error) {
    return String(error);
  }
}

interface Held {
  readonly name: string;
  readonly namespace: string;
  readonly holder: string;
}

interface HeldLease extends AsyncDisposable {
  renewed(at: Date): Promise<void>;
}

async function heldLease(
  { controlPlane }: CheckContext,
  { name, namespace, holder }: Held,
): Promise<HeldLease> {
  const { kubectl } = controlPlane;
  const renewed = async (at: Date) => {
    // As Kubernetes writes it: with microseconds.
    const renewTime = at.toISOString().replace('Z', '000Z');
    const spec = { holderIdentity: holder, leaseDurationSeconds: 15, renewTime };
    const metadata = { name, namespace };
    await kubectl.apply(
      JSON.stringify({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec }),
    );
  };
  await renewed(new Date());
  return {
    renewed,
    async [Symbol.asyncDispose]() {
      await kubectl.run(`delete lease ${name} -n ${namespace}`);
    },
  };
}

function secondsAgo(seconds: number): Date {
  return new Date(Date.now() - seconds * 1000);
}
