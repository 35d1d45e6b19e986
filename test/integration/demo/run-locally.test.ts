import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { connectToCsi } from '../../../src/demo/csi-connection.ts';

const script = fileURLToPath(new URL('../../../scripts/run-locally.ts', import.meta.url));

/** Starts `make run` in an environment that names a cluster and an account, and waits until ECS lets it in. */
async function startRun() {
  const child = spawn(process.execPath, [script], {
    env: {
      PATH: process.env['PATH'] ?? '',
      KUBECONFIG: '/nowhere/of-a-real-cluster.kubeconfig',
      ALIBABA_CLOUD_SECURITY_TOKEN: 'of-a-real-account',
      FEATURE_GATES: 'EnableVolumeGroupSnapshots=false',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const { promise: ready, resolve, reject } = Promise.withResolvers<undefined>();
  const note = (data: Buffer) => {
    output += data.toString();
    if (output.includes('Ctrl-C ends both') && output.includes('ECS lets us in: ready')) {
      resolve(undefined);
    }
  };
  child.stdout.on('data', note);
  child.stderr.on('data', note);
  const ended = once(child, 'exit');
  void ended.then(() => {
    reject(new Error(`it ended: ${output}`));
  });
  await ready;
  return {
    output,
    async end() {
      child.kill('SIGTERM');
      return (await ended)[0] as number | null;
    },
  };
}

describe('make run', () => {
  it('serves guards and group snapshots against the emulator, whatever cluster and account the environment names', async () => {
    const run = await startRun();
    const socket = /unix:\/\/(\S+)/.exec(run.output)?.[1] ?? '';
    try {
      using csi = connectToCsi(socket);
      const { response } = await csi.call('GetPluginCapabilities', {});
      expect(JSON.stringify(response)).to.include('GROUP_CONTROLLER_SERVICE');
      expect(run.output).to.match(/"isSwitchedOn":true,"kubernetes":"off"/);
    } finally {
      expect(await run.end(), run.output).to.equal(0);
    }
    expect(existsSync(socket)).to.equal(false);
  });
});
