import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../../', import.meta.url));

describe('deploy/ram-policy.json', () => {
  const policy = JSON.parse(readFileSync(`${root}deploy/ram-policy.json`, 'utf8')) as {
    Statement: { Action: string[] }[];
  };
  const granted = policy.Statement.flatMap(({ Action }) => Action);

  it('grants exactly the actions that src/ecs calls, in the order of the alphabet', () => {
    expect(granted).to.deep.equal([...calledActions()].map((action) => `ecs:${action}`).sort());
  });

  it('is what docs/credentials.md and docs/guards.md say', () => {
    const text = readFileSync(`${root}docs/credentials.md`, 'utf8');
    const documented = text.slice(text.indexOf('## What to grant')).match(/ecs:[A-Z]\w+/g) ?? [];
    expect([...new Set(documented)].sort()).to.deep.equal(granted);
    const ofGuards = readFileSync(`${root}docs/guards.md`, 'utf8').match(/ecs:[A-Z]\w+/g) ?? [];
    expect(ofGuards.filter((action) => !granted.includes(action))).to.deep.equal([]);
  });
});

/** Every method of the SDK's client that is called, by the name of its action. */
function calledActions(): Set<string> {
  const actions = new Set<string>();
  for (const path of readdirSync(`${root}src/ecs`, { recursive: true, encoding: 'utf8' })) {
    if (path.endsWith('.ts')) {
      for (const [, first = '', rest = ''] of readFileSync(`${root}src/ecs/${path}`, 'utf8').matchAll(
        /\bclient\.([a-z])(\w+)\(/g,
      )) {
        actions.add(`${first.toUpperCase()}${rest}`);
      }
    }
  }
  return actions;
}
