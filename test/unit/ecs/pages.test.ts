import { expect } from 'chai';
import { readPages } from '../../../src/ecs/pages.ts';

/** Pages that hold one number each and end after so many. */
function pagesOf(count: number) {
  const asked: (string | undefined)[] = [];
  const readPage = (token: string | undefined) => {
    asked.push(token);
    const page = Number(token ?? '0');
    return Promise.resolve({ items: [page], nextToken: page + 1 < count ? String(page + 1) : undefined });
  };
  return { asked, readPage };
}

describe('readPages', () => {
  it('reads until there is no token left', async () => {
    const { asked, readPage } = pagesOf(3);
    expect(await readPages(readPage)).to.deep.equal([0, 1, 2]);
    expect(asked).to.deep.equal([undefined, '1', '2']);
  });

  it('stops when it is enough', async () => {
    const { readPage } = pagesOf(10);
    expect(await readPages(readPage, (_items, pages) => pages === 2)).to.deep.equal([0, 1]);
  });

  it('does not go round in circles when a token comes back unchanged', async () => {
    const items = await readPages(() => Promise.resolve({ items: [1], nextToken: 'same' }));
    expect(items).to.deep.equal([1, 1]);
  });
});
