import { expect } from 'chai';
import fc from 'fast-check';
import { ecsNameFor } from '../../../src/disk/ecs-name.ts';

describe('ecsNameFor', () => {
  it('leaves a name alone that ECS takes', () => {
    for (const name of ['pvc-7c6e1f5a-4d4c', 'ab', 'Ünï_1:2.3', '磁盘1', `a${'b'.repeat(127)}`]) {
      expect(ecsNameFor(name)).to.equal(name);
    }
  });

  for (const [why, key] of [
    ['is too short', 'a'],
    ['is empty', ''],
    ['is too long', 'a'.repeat(129)],
    ['begins with a digit', '1pvc'],
    ['begins with a dash', '-pvc'],
    ['has a slash', 'ns/pvc'],
    ['has a blank', 'my pvc'],
    ['begins with auto, which ECS keeps for itself', 'auto-2026'],
    ['begins like a URL', 'http:example'],
    ['begins like a URL in capitals', 'HTTPS:example'],
  ] as const) {
    it(`makes a name from the hash of a key that ${why}`, () => {
      expect(ecsNameFor(key)).to.match(/^csi-[0-9a-f]{40}$/);
    });
  }

  it('always gives a name that ECS takes, the same one for the same key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (key) => {
        const name = ecsNameFor(key);
        expect(name).to.match(/^\p{L}[\p{L}\p{N}:_.-]{1,127}$/u);
        expect(name).not.to.match(/^(auto|https?:)/i);
        expect(ecsNameFor(key)).to.equal(name);
      }),
    );
  });

  it('gives different keys different names', () => {
    const key = fc.string({ unit: fc.constantFrom('a', 'b', '/', '-', '1'), maxLength: 6 });
    fc.assert(
      fc.property(key, key, (one, other) => {
        fc.pre(one !== other);
        expect(ecsNameFor(one)).not.to.equal(ecsNameFor(other));
      }),
    );
  });
});
