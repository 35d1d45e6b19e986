import { expect } from 'chai';
import { checks } from '../../../src/disk/doctor/checks/index.ts';
import { emulatorEnvironment } from '../../support/emulator.ts';
import { spawnCommand } from '../../support/spawned-process.ts';
import { csiDriverObject, deployment, snapshotControllerLease, snapshotCrdObjects } from './objects.ts';
import { clusterId, startSite, type Site } from './site.ts';

describe('csi-datasafe doctor', () => {
  /** What the chart installs. */
  const installation = () => [
    ...[csiDriverObject(), deployment('csi-datasafe'), snapshotControllerLease()],
    ...snapshotCrdObjects(),
  ];

  let site: Site;
  beforeEach(async () => {
    site = await startSite();
    await site.put(...installation());
  });
  afterEach(async () => {
    await site[Symbol.asyncDispose]();
  });

  async function run(args: readonly string[] = []): Promise<{ status: number | string; output: string }> {
    await using process = spawnCommand(
      [
        ...['doctor', '--region', 'cn-hangzhou', '--cluster-id', clusterId],
        ...['--ecs-endpoint', site.emulator.endpoint, '--ecs-protocol', 'http'],
        ...['--kubernetes', site.api.kubeconfig, ...args],
      ],
      emulatorEnvironment,
    );
    const status = await process.ended;
    return { status, output: process.output() };
  }

  it('ends with 0 where nothing is wrong', async () => {
    await site.makeVolume();
    const { status, output } = await run(['--skip', 'csi-driver,regions']);
    expect(output).to.equal(`${checks.length - 2} checks: nothing is wrong; left out: csi-driver, regions\n`);
    expect(status).to.equal(0);
  });

  it('prints what is wrong, and ends with 1', async () => {
    const diskId = await site.makeVolume();
    const instanceId = await site.attach(diskId);
    const { status, output } = await run();
    expect(output).to.contain(`WRONG  disk ${diskId} (volume pv-${diskId}, claim shop/data) is on instance`);
    expect(output).to.contain('\n  why: ').and.contain(`\n  do: see on the instance`).and.contain(instanceId);
    expect(output).to.contain('[attached-unasked]').and.contain('1 wrong, 0 not looked at');
    expect(status).to.equal(1);
  });

  it('prints the same for a program', async () => {
    const diskId = await site.makeVolume();
    await site.attach(diskId);
    await site.api.deny('list csinodes');
    const { status, output } = await run(['--output', 'json']);
    const report = JSON.parse(output) as {
      healthy: boolean;
      results: { check: string; findings: unknown[]; notLooked: { because: string }[] }[];
    };
    const result = report.results.find(({ check }) => check === 'attached-unasked');
    expect(report.healthy).to.equal(false);
    expect(result?.findings).to.deep.equal([]);
    expect(result?.notLooked[0]?.because).to.contain('csinodes');
    expect(status).to.equal(1);
  });

  it('is not content where it could not look, and says what the time limit cut off', async () => {
    await site.makeVolume();
    await site.api.addFault({ verb: 'list', resource: 'persistentvolumes', effect: { type: 'hang' } });
    const { status, output } = await run(['--time-limit', '1s']);
    expect(output).to.contain('NOT LOOKED AT  ').and.contain('because: the time limit was reached');
    expect(status).to.equal(1);
  });

  it('ends with 2 when it is asked wrongly, and explains itself', async () => {
    const wrong = await run(['--skip', 'everything']);
    expect(wrong.output).to.contain('--skip: there is no check "everything"; there are attached-unasked');
    expect(wrong.status).to.equal(2);
    const noCluster = await run(['--kubernetes', '/nowhere/kubeconfig']);
    expect(noCluster.output).to.contain(
      '--kubernetes: the kubeconfig file /nowhere/kubeconfig cannot be read',
    );
    expect(noCluster.status).to.equal(2);
    const help = await run(['--help']);
    expect(help.output).to.contain('csi-datasafe doctor').and.contain('Checks: attached-unasked');
    expect(help.status).to.equal(0);
  });

  it('writes nothing in Kubernetes, and changes nothing at ECS', async () => {
    await site.makeVolume();
    await site.emulator.clearRequests();
    await run();
    const verbs = new Set((await site.api.requests()).map(({ verb }) => verb));
    expect([...verbs].filter((verb) => !['get', 'list'].includes(verb))).to.deep.equal([]);
    const before = await site.emulator.control('GET', '/state');
    await run();
    expect(await site.emulator.control('GET', '/state')).to.deep.equal(before);
  });
});
