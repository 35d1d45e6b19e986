import { expect } from 'chai';
import { listSnapshotsByTag } from '../../../src/ecs/describe-snapshots.ts';
import type { DescribeSnapshotsPage } from '../../../src/ecs/describe-snapshots.ts';
import { toSnapshot } from '../../../src/ecs/to-snapshot.ts';
import { aCall } from './fixtures.ts';

const tag = { key: 'owner', value: 'me' };

/** So many full pages. */
function pages(count: number) {
  const asked: (string | undefined)[] = [];
  const describePage: DescribeSnapshotsPage = (_asked, { nextToken, tag: filter }) => {
    expect(filter).to.deep.equal([tag]);
    asked.push(nextToken);
    const items = Array.from({ length: 100 }, (_, index) =>
      toSnapshot({ snapshotId: `s-${String(asked.length)}-${String(index)}`, sourceDiskSize: '20' }),
    );
    return Promise.resolve({ items, nextToken: asked.length < count ? String(asked.length) : undefined });
  };
  return { asked, describePage };
}

describe('listSnapshotsByTag', () => {
  it('reads all pages and knows that these are all', async () => {
    const { asked, describePage } = pages(3);
    const { items, complete } = await listSnapshotsByTag(describePage, tag, 10, aCall());
    expect(items).to.have.length(300);
    expect(complete).to.equal(true);
    expect(asked).to.deep.equal([undefined, '1', '2']);
  });

  it('stops after the requests it may make, and says that there is more', async () => {
    const { asked, describePage } = pages(3);
    const { items, complete } = await listSnapshotsByTag(describePage, tag, 2, aCall());
    expect([items.length, complete, asked.length]).to.deep.equal([200, false, 2]);
  });

  it('does not trust a list of a thousand, where ECS stops without saying so', async () => {
    const { items, complete } = await listSnapshotsByTag(pages(10).describePage, tag, 50, aCall());
    expect([items.length, complete]).to.deep.equal([1_000, false]);
  });
});
