/**
 * Tries the group snapshots of any CSI driver over its socket:
 *
 *     node test/conformance/groups/run.ts --endpoint unix:///run/csi/csi.sock --volume-parameter type=fast
 *
 * The last line is `N passed, N failed, N skipped`; exit status 0 only when nothing failed.
 */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { connectCsi } from '../../support/csi-client.ts';
import { driverWith, type DriverOptions } from './driver.ts';
import { tryGroupChecks, type CheckResult } from './suite.ts';

const usage = `Usage: node test/conformance/groups/run.ts --endpoint unix:///path/csi.sock [options]

  --endpoint <socket>               Identity and GroupController, and Controller unless that is elsewhere
  --controller-endpoint <socket>    Controller
  --volume-parameter <key=value>    of its volumes, as in a StorageClass; may be repeated
  --group-parameter <key=value>     of its groups, as in a VolumeGroupSnapshotClass; may be repeated
  --volume-bytes <n>                size of its volumes (default 1073741824)
  --largest-group <n>               volumes in the largest group, 3 or more (default 4)
  --member-deletion <what>          DeleteSnapshot of one member: refused, allowed, either (default either)
  --duplicate-sources <what>        a volume named twice: refused, merged (default refused)
  --patience-ms <n>                 how long an undecided call is repeated (default 120000)
`;

function optionsFrom(argv: readonly string[]) {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      endpoint: { type: 'string' },
      'controller-endpoint': { type: 'string' },
      'volume-parameter': { type: 'string', multiple: true, default: [] },
      'group-parameter': { type: 'string', multiple: true, default: [] },
      'volume-bytes': { type: 'string', default: String(1024 ** 3) },
      'largest-group': { type: 'string', default: '4' },
      'member-deletion': { type: 'string', default: 'either' },
      'duplicate-sources': { type: 'string', default: 'refused' },
      'patience-ms': { type: 'string', default: '120000' },
    },
  });
  const { endpoint = '' } = values;
  const options: DriverOptions = {
    volumeParameters: parametersFrom(values['volume-parameter']),
    groupParameters: parametersFrom(values['group-parameter']),
    volumeBytes: BigInt(values['volume-bytes']),
    largestGroup: wholeNumber('--largest-group', values['largest-group'], 3),
    memberDeletion: oneOf('--member-deletion', values['member-deletion'], ['refused', 'allowed', 'either']),
    duplicateSources: oneOf('--duplicate-sources', values['duplicate-sources'], ['refused', 'merged']),
    patienceMs: wholeNumber('--patience-ms', values['patience-ms'], 1),
  };
  const controllerEndpoint = values['controller-endpoint'] ?? endpoint;
  return { socket: socketIn(endpoint), controllerSocket: socketIn(controllerEndpoint), options };
}

function socketIn(endpoint: string): string {
  const [, path = ''] = /^(?:unix:(?:\/\/)?)?(\/.+)$/.exec(endpoint) ?? [];
  if (path === '') {
    throw new TypeError(`"${endpoint}" is no Unix socket such as unix:///run/csi/csi.sock`);
  }
  return path;
}

function parametersFrom(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(pairs.map((pair) => [pair.replace(/=.*/s, ''), pair.replace(/^[^=]*=?/, '')]));
}

function wholeNumber(flag: string, text: string, least: number): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) < least) {
    throw new TypeError(`${flag}: "${text}" is no whole number from ${least} on`);
  }
  return Number(text);
}

function oneOf<const Value extends string>(flag: string, text: string, values: readonly Value[]): Value {
  const value = values.find((one) => one === text);
  if (value === undefined) {
    throw new TypeError(`${flag}: "${text}" is none of ${values.join(', ')}`);
  }
  return value;
}

function print({ name, outcome, reason, startedAt, endedAt }: CheckResult): void {
  const label = outcome === 'failed' ? 'FAILED ' : outcome.padEnd(7);
  console.log(`  ${label} ${name} (${endedAt.getTime() - startedAt.getTime()} ms)`);
  if (reason !== '') {
    console.log(reason.replace(/^/gm, '          '));
  }
}

async function main(argv: readonly string[]): Promise<number> {
  const { socket, controllerSocket, options } = optionsFrom(argv);
  using groups = connectCsi(socket);
  using controller = connectCsi(controllerSocket);
  const driver = driverWith({ groups, controller }, options, randomBytes(4).toString('hex'));
  const results = await tryGroupChecks(driver);
  results.forEach(print);
  const count = (outcome: CheckResult['outcome']) => results.filter((one) => one.outcome === outcome).length;
  console.log(`\n${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
  return count('failed') === 0 && count('passed') > 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof TypeError ? `${error.message}\n\n${usage}` : error);
  process.exitCode = 2;
}
