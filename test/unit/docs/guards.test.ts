import { expect } from 'chai';
import { globSync, readFileSync } from 'node:fs';
import { flags } from '../../../src/config/flags.ts';

const root = new URL('../../../', import.meta.url);
const guide = readFileSync(new URL('docs/guards.md', root), 'utf8');

/** The rows of the table of events: reason, type, on. */
function documentedEvents(): string[][] {
  const [, table = ''] = guide.split('\n## Events\n');
  return [...table.matchAll(/^\| `(\w+)` \| (Normal|Warning) \| ([\w ]+) \|/gm)].map((row) => row.slice(1));
}

function declaredReasons(): string[] {
  const source = readFileSync(new URL('src/disk/cluster.ts', root), 'utf8');
  const [, union = ''] = /type EventReason =([^;]+);/.exec(source) ?? [];
  return [...union.matchAll(/'(\w+)'/g)].map(([, reason = '']) => reason);
}

/** What the guards and the groups report, as `reason type on`. */
function reportedEvents(): Set<string> {
  const files = globSync('src/disk/{guards,groups}/*.ts', { cwd: root.pathname });
  const reports = files.flatMap((file) => [
    ...readFileSync(new URL(file, root), 'utf8').matchAll(/type: '(\w+)',\s*reason: '(\w+)',\s*on: '(\w+)'/g),
  ]);
  return new Set(reports.map(([, type, reason, on]) => `${reason ?? ''} ${type ?? ''} ${on ?? ''}`));
}

describe('docs/guards.md', () => {
  it('lists every reason of an event once, and no other', () => {
    const reasons = documentedEvents().map(([reason]) => reason);

    expect(declaredReasons()).to.have.lengthOf.above(5);
    expect(reasons.toSorted()).to.deep.equal(declaredReasons().toSorted());
  });

  it('says of each its type and where it goes, as the guards report it', () => {
    const documented = documentedEvents().flatMap(([reason = '', type = '', on = '']) =>
      on.split(' or ').map((place) => `${reason} ${type} ${place}`),
    );

    expect(documented.toSorted()).to.deep.equal([...reportedEvents()].toSorted());
  });

  it('gives the flags of the guards with their variables and defaults', () => {
    const { guards, maxAge, besteffortWait, protectionNamespace, keeper, keeperInterval } = flags;
    for (const { name, fallback } of [maxAge, besteffortWait, protectionNamespace, keeper, keeperInterval]) {
      expect(guide).to.contain(`| \`--${name}\` | | \`${fallback ?? ''}\` |`);
    }
    expect(guide).to.contain(`| \`--${guards.name}\` | \`${guards.env.join(', ')}\` |`);
  });
});
