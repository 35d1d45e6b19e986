import { status as GrpcStatus } from '@grpc/grpc-js';
import { expect } from 'chai';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { connectCsi, invoke } from '../../support/csi-client.ts';
import { emulatorEnvironment, startEmulator, type Emulator } from '../../support/emulator.ts';
import { socketDirectory, startPlugin } from '../../support/plugin.ts';
import { spawnCommand } from '../../support/spawned-process.ts';
import { createVolume, eventually, expectFailure, failureOf, untilReady } from '../../support/volumes.ts';

describe('Start and stop', () => {
  let emulator: Emulator;

  before(async () => {
    emulator = await startEmulator();
  });

  after(() => emulator[Symbol.asyncDispose]());
  afterEach(async () => {
    await emulator.clearFaults();
    await emulator.control('POST', '/reset');
  });

  it('takes over the socket that a killed process left behind, with the mode that was asked for', async () => {
    using directory = socketDirectory();
    const options = {
      ecsEndpoint: emulator.endpoint,
      socket: directory.socket,
      args: ['--socket-mode', '0600'],
    };
    const killed = await startPlugin(options);
    await killed.process.end('SIGKILL');
    expect(existsSync(directory.socket)).to.equal(true);
    await using plugin = await startPlugin(options);
    const { name } = await invoke(plugin.client.identity, 'GetPluginInfo', {});
    expect(name).to.equal('diskplugin.csi.alibabacloud.com');
    expect(statSync(directory.socket).mode & 0o777).to.equal(0o600);
  });

  it('does not steal the socket of a living process, and says so in one line', async () => {
    using directory = socketDirectory();
    const options = { ecsEndpoint: emulator.endpoint, socket: directory.socket };
    await using first = await startPlugin(options);
    await using second = spawnCommand(
      ['serve', '--endpoint', directory.socket, '--region', 'cn-hangzhou', '--http-endpoint', 'off'],
      emulatorEnvironment,
    );
    await second.waitForOutput(/another process serves .*csi\.sock; stop it or choose another --endpoint\n/);
    expect(await second.ended).to.equal(1);
    const { name } = await invoke(first.client.identity, 'GetPluginInfo', {});
    expect(name).to.equal('diskplugin.csi.alibabacloud.com');
  });

  it('does not remove a file that is no socket', async () => {
    using directory = socketDirectory();
    writeFileSync(directory.socket, 'precious');
    await using plugin = spawnCommand(
      ['serve', '--endpoint', directory.socket, '--region', 'cn-hangzhou', '--http-endpoint', 'off'],
      emulatorEnvironment,
    );
    await plugin.waitForOutput(/is no socket/);
    expect(await plugin.ended).to.equal(1);
    expect(statSync(directory.socket).size).to.equal('precious'.length);
  });

  it('lets a running call finish after SIGTERM, removes the socket and ends with status 0', async () => {
    using directory = socketDirectory();
    await emulator.configure({ createDiskMs: 1500 });
    await using plugin = await startPlugin({ ecsEndpoint: emulator.endpoint, socket: directory.socket });
    await untilReady(plugin.client);
    const running = createVolume(plugin.client, 'pvc-drained');
    await eventually(async () => (await emulator.requests('CreateDisk')).length === 1, 'CreateDisk was sent');
    const status = plugin.process.end('SIGTERM');
    expect(await running).to.match(/^d-/);
    expect(await status).to.equal(0);
    expect(existsSync(directory.socket)).to.equal(false);
  });

  it('ends within the drain time although a call hangs, which then answers UNAVAILABLE', async () => {
    using directory = socketDirectory();
    const args = ['--drain-timeout', '500ms', '--ecs-timeout', '60s'];
    await using plugin = await startPlugin({
      ecsEndpoint: emulator.endpoint,
      socket: directory.socket,
      args,
    });
    await untilReady(plugin.client);
    const rule = await emulator.addFault({ action: 'CreateDisk', when: 'before', effect: { type: 'hang' } });
    const running = failureOf(createVolume(plugin.client, 'pvc-hanging'));
    await emulator.waitForFault(rule);
    const startedAt = Date.now();
    expect(await plugin.process.end('SIGTERM')).to.equal(0);
    expect(Date.now() - startedAt).to.be.below(5000);
    expect(GrpcStatus[(await running).code]).to.equal('UNAVAILABLE');
  });

  const wrongCommands: Record<string, { args: string[]; says: RegExp }> = {
    'no command': {
      args: [],
      says: /no command given; known are serve, emulator, restore-manifests, restore-group, doctor, demo/,
    },
    'an unknown command': { args: ['sevre'], says: /unknown command "sevre"/ },
    'an unknown flag': { args: ['serve', '--no-such-flag'], says: /unknown option '--no-such-flag'/ },
    'no endpoint': {
      args: ['serve', '--region', 'cn-hangzhou'],
      says: /--endpoint <unix:\/\/\/path> is missing/,
    },
    'no region': {
      args: ['serve', '--endpoint', 'unix:///tmp/x.sock'],
      says: /--region <id> is missing.*REGION_ID/,
    },
    'a TCP endpoint': {
      args: ['serve', '--endpoint', 'tcp://0.0.0.0:1', '--region', 'cn-hangzhou'],
      says: /"tcp:\/\/0\.0\.0\.0:1" is not a Unix socket/,
    },
    'an unknown gate': {
      args: [
        'serve',
        '--endpoint',
        '/tmp/x.sock',
        '--region',
        'cn-hangzhou',
        '--feature-gates',
        'Magic=true',
      ],
      says: /Magic is not known; known are/,
    },
    'half a pair of keys': {
      args: ['serve', '--endpoint', '/tmp/x.sock', '--region', 'cn-hangzhou', '--credentials', 'oidc'],
      says: /ALIBABA_CLOUD_ROLE_ARN is not set/,
    },
  };
  for (const [what, { args, says }] of Object.entries(wrongCommands)) {
    it(`ends with status 2 and one clear line for ${what}`, async () => {
      await using command = spawnCommand(args);
      await command.waitForOutput(says);
      expect(await command.ended).to.equal(2);
      expect(command.output().trimEnd().split('\n')).to.have.length(1);
    });
  }
});

describe('A plugin that ECS does not let in', () => {
  const cases: Record<
    string,
    { env?: Record<string, string>; args?: string[]; settings?: object; says: RegExp }
  > = {
    'without credentials': {
      env: {},
      says: /no credentials are configured: set ALIBABA_CLOUD_ACCESS_KEY_ID/,
    },
    'with a wrong secret': {
      env: { ...emulatorEnvironment, ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'wrong-secret-value' },
      says: /SignatureDoesNotMatch/,
    },
    'with an unknown key': {
      env: { ...emulatorEnvironment, ALIBABA_CLOUD_ACCESS_KEY_ID: 'nobody' },
      says: /InvalidAccessKeyId/,
    },
    'in a region that does not exist': { args: ['--region', 'xx-nowhere'], says: /region/i },
    'without an end point that answers': {
      args: ['--ecs-endpoint', '127.0.0.1:1'],
      says: /ECONNREFUSED|refused/i,
    },
  };

  for (const [what, { env, args = [], says }] of Object.entries(cases)) {
    it(`${what}: not ready, says what to do, and goes on`, async () => {
      await using emulator = await startEmulator();
      using directory = socketDirectory();
      await using plugin = await startPlugin({
        ecsEndpoint: emulator.endpoint,
        socket: directory.socket,
        args,
        ...(env === undefined ? {} : { env }),
      });
      await plugin.process.waitForOutput(/ECS does not let us in: not ready/);
      expect(plugin.process.output()).to.match(says);
      expect(plugin.process.output()).not.to.contain('wrong-secret-value');
      const { ready } = await invoke(plugin.client.identity, 'Probe', {});
      expect(ready?.value).to.equal(false);
      const readyz = await fetch(`${plugin.httpUrl}/readyz`);
      expect(readyz.status).to.equal(503);
      expect((await fetch(`${plugin.httpUrl}/healthz`)).status).to.equal(200);
      const error = await failureOf(createVolume(plugin.client, 'pvc-not-let-in', { timeLimitMs: 5000 }));
      expect(['UNAVAILABLE', 'DEADLINE_EXCEEDED']).to.include(GrpcStatus[error.code]);
      expect(plugin.process.child.exitCode).to.equal(null);
    });
  }

  it('is ready while ECS throttles it, and not said to get no answer', async () => {
    await using emulator = await startEmulator();
    using directory = socketDirectory();
    await emulator.addFault({
      action: 'DescribeDisks',
      effect: { type: 'error', code: 'Throttling.User', status: 400 },
    });
    await using plugin = await startPlugin({ ecsEndpoint: emulator.endpoint, socket: directory.socket });
    await untilReady(plugin.client);
    expect((await fetch(`${plugin.httpUrl}/readyz`)).status).to.equal(200);
    expect(plugin.process.output()).not.to.contain('not ready');
  });

  it('becomes ready once ECS lets it in, without a restart', async () => {
    await using emulator = await startEmulator();
    using directory = socketDirectory();
    await emulator.configure({
      ramPolicies: [{ accessKeyId: 'emulator-access-key', deniedActions: ['*'], isInvisible: false }],
    });
    await using plugin = await startPlugin({ ecsEndpoint: emulator.endpoint, socket: directory.socket });
    await plugin.process.waitForOutput(/Forbidden\.RAM[^\n]*not ready/);
    await emulator.configure({ ramPolicies: [] });
    await untilReady(plugin.client);
    await createVolume(plugin.client, 'pvc-let-in');
  });
});

describe('The socket', () => {
  it('answers UNIMPLEMENTED for RPCs that this version does not have', async () => {
    await using emulator = await startEmulator();
    using directory = socketDirectory();
    await using plugin = await startPlugin({ ecsEndpoint: emulator.endpoint, socket: directory.socket });
    using client = connectCsi(directory.socket);
    await expectFailure(invoke(client.controller, 'GetCapacity', {}), GrpcStatus.UNIMPLEMENTED, /./);
    expect(plugin.process.child.exitCode).to.equal(null);
  });
});
