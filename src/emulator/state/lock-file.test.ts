import { expect } from 'chai';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeLock } from './lock-file.ts';

describe('takeLock', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'lock-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('holds the file until it is let go', () => {
    const path = join(directory, 'state');
    {
      using lock = takeLock(path);
      expect(lock).not.to.equal(undefined);
      expect(existsSync(`${path}.lock`)).to.equal(true);
    }
    expect(existsSync(`${path}.lock`)).to.equal(false);
  });

  it('refuses a file that a living process uses', () => {
    const path = join(directory, 'state');
    writeFileSync(`${path}.lock`, String(process.ppid));
    expect(() => takeLock(path)).to.throw(`process ${process.ppid} uses the state file`);
  });

  it('takes over from a process that has ended', () => {
    const path = join(directory, 'state');
    writeFileSync(`${path}.lock`, '999999999');
    using lock = takeLock(path);
    expect(lock).not.to.equal(undefined);
  });

  it('says what is wrong with a directory that is not there', () => {
    expect(() => takeLock(join(directory, 'none', 'state'))).to.throw('its directory must exist');
  });
});
