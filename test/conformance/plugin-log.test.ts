import { expect } from 'chai';
import type { Spec } from './ginkgo-report.ts';
import { complaintsIn, warningsDuring } from './plugin-log.ts';

const spec: Spec = {
  name: 'Controller breaks',
  state: 'failed',
  message: '',
  location: '',
  startedAt: new Date('2026-01-01T00:00:10Z'),
  endedAt: new Date('2026-01-01T00:00:20Z'),
};

const log = [
  'a line that is not JSON',
  '{"level":"warn","time":"2026-01-01T00:00:15Z","method":"/M","code":"INTERNAL","msg":"failed","err":{"message":"x"}}',
  '{"level":"info","time":"2026-01-01T00:00:16Z","method":"/M","code":"OK","msg":"fine"}',
  '{"level":"warn","time":"2026-01-01T00:00:30Z","method":"/N","code":"NOT_FOUND","msg":"failed"}',
  '{"level":"error","time":"2026-01-01T00:00:40Z","msg":"a promise was rejected"}',
  '{"level":"warn","time":"2026-01-01T00:0',
].join('\n');

describe('what the plugin logs during csi-sanity', () => {
  it('gives the warnings of the time of a spec, one short line each', () => {
    expect(warningsDuring(log, spec)).to.deep.equal(['/M: INTERNAL: failed: x']);
  });

  it('finds errors and INTERNAL answers at fault', () => {
    expect(complaintsIn(log, [])).to.deep.equal([
      'the plugin logged: /M: INTERNAL: failed: x',
      'the plugin logged: a promise was rejected',
    ]);
  });

  it('does not count twice what a failed spec has shown', () => {
    expect(complaintsIn(log, [spec])).to.deep.equal(['the plugin logged: a promise was rejected']);
  });
});
