import { expect } from 'chai';

import { FlagError, parseFlags } from './flags.ts';

describe('Flags of the emulator', () => {
  it('have defaults', () => {
    expect(parseFlags([])).to.deep.equal({
      host: '127.0.0.1',
      port: 0,
      regionId: 'cn-hangzhou',
      settings: {},
    });
  });

  it('are read', () => {
    const argv = '--host ::1 --port 80 --region cn-beijing --state-file /x --settings {"uploadMs":1}'.split(
      ' ',
    );
    expect(parseFlags(argv)).to.deep.equal({
      host: '::1',
      port: 80,
      regionId: 'cn-beijing',
      stateFile: '/x',
      settings: { uploadMs: 1 },
    });
    expect(parseFlags(['--help'])).to.equal('help');
  });

  for (const [argv, message] of [
    ['--prot 1', /--prot/],
    ['--port x', /--port is "x"/],
    ['--port 65536', /65535/],
    ['--port', /--port/],
    ['--region moon', /cn-hangzhou, cn-beijing/],
    ['--settings {', /--settings: .*JSON/],
    ['--settings {"x":1}', /--settings: there is no setting x/],
    ['--settings []', /--settings: .*object/],
    ['--state-file=', /--state-file needs a path/],
    ['stray', /stray/],
  ] as const) {
    it(`refuse ${argv} in one line`, () => {
      expect(() => parseFlags(argv.split(' ')))
        .to.throw(FlagError, message)
        .with.property('message')
        .not.include('\n');
    });
  }
});
