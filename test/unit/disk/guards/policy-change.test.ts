import { expect } from 'chai';
import type { Disk, Tag } from '../../../../src/disk/disk.ts';
import { reportPolicyChange, type ProtectionChange } from '../../../../src/disk/guards/policy-change.ts';
import { tagKeys } from '../../../../src/disk/tags.ts';
import { aDisk, sightingsOf } from '../../../support/builders.ts';
import { FakeCluster } from '../../../support/fake-cluster.ts';
import { FakeDiskCloud } from '../../../support/fake-disk-cloud.ts';

const expand = (value: string): Tag => ({ key: tagKeys.expandPolicy, value });
const days = (value: string): Tag => ({ key: tagKeys.deleteSnapshotRetentionDays, value });

/** The events of a change, as `type reason: text`. */
function eventsOf(
  before: readonly Tag[],
  change: Partial<ProtectionChange>,
  {
    disk = {},
    attributes = {},
    isSwitchedOn = true,
  }: { disk?: Partial<Disk>; attributes?: Record<string, string>; isSwitchedOn?: boolean } = {},
): string[] {
  const cloud = new FakeDiskCloud();
  const cluster = new FakeCluster();
  const parts = {
    cloud,
    cluster,
    sightings: sightingsOf(cloud),
    clusterId: 'c-1',
    driverName: 'diskplugin.csi.alibabacloud.com',
    isSwitchedOn,
    now: () => 0,
  };
  const tags = new Map(before.map(({ key, value }) => [key, value]));
  const volume = cluster.addVolume('d-1', attributes);
  reportPolicyChange(
    parts,
    { disk: aDisk({ ...disk, tags }), volume },
    { tags: [], category: undefined, ...change },
  );
  expect(cluster.events.every(({ on }) => on === 'claim')).to.equal(true);
  return cluster.events.map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
}

describe('reportPolicyChange', () => {
  const weaker: [what: string, before: Tag[], after: Tag[], text: RegExp][] = [
    ['forced to besteffort', [expand('forced')], [expand('besteffort')], /from forced to besteffort/],
    ['besteffort to closed', [expand('besteffort')], [expand('closed')], /from besteffort to closed/],
    ['fewer days', [days('30')], [days('7')], /RetentionDays goes from 30 to 7/],
    ['no days', [days('30')], [days('')], /from 30 to none/],
    [
      'one weaker, one stronger',
      [expand('forced'), days('1')],
      [expand('closed'), days('2')],
      /forced to closed; .*from 1 to 2/,
    ],
    [
      'an unreadable policy, which stopped deletions',
      [days('soon')],
      [days('3')],
      /from "soon" \(no policy\) to 3/,
    ],
  ];
  for (const [what, before, after, text] of weaker) {
    it(`warns of what is weaker: ${what}`, () => {
      const [event, ...others] = eventsOf(before, { tags: after });
      expect(event)
        .to.match(/^Warning ProtectionWeakened: the protection of disk d-1/)
        .and.match(text);
      expect(others).to.deep.equal([]);
    });
  }

  it('tells also of what is stronger', () => {
    expect(eventsOf([], { tags: [expand('forced'), days('3')] })).to.deep.equal([
      'Normal ProtectionStrengthened: the protection of disk d-1 changes with its VolumeAttributesClass: volumeExpandAutoSnapshot goes from closed to forced; volumeDeleteSnapshotRetentionDays goes from none to 3',
    ]);
  });

  it('compares with the attributes of the volume where the disk has no tag', () => {
    const attributes = { volumeExpandAutoSnapshot: 'forced', volumeDeleteSnapshotRetentionDays: '7' };
    expect(eventsOf([], { tags: [days('')] }, { attributes })).to.have.length(1);
    expect(eventsOf([], { tags: [days('7'), expand('forced')] }, { attributes })).to.deep.equal([]);
  });

  it('says nothing of a change of other things', () => {
    expect(eventsOf([expand('forced')], {})).to.deep.equal([]);
    expect(eventsOf([expand('forced')], { category: 'cloud_auto' })).to.deep.equal([]);
    expect(eventsOf([], { category: 'cloud_ssd' })).to.deep.equal([]);
  });

  it('warns when the new category has no instant access, so that the protection is gone', () => {
    const [event, ...others] = eventsOf([days('7')], { category: 'cloud_ssd' });
    expect(event).to.match(/^Warning ProtectionWeakened: .*becomes cloud_ssd, which has no instant access/);
    expect(others).to.deep.equal([]);
  });

  it('warns of a wish that has no effect on the category', () => {
    const events = eventsOf([], { tags: [days('7')] }, { disk: { category: 'cloud_ssd' } });
    expect(events[1]).to.match(/^Warning ProtectionNotPossible: .*no effect on cloud_ssd/);
  });

  it('warns of a wish while the guards are switched off', () => {
    const events = eventsOf([], { tags: [expand('forced')] }, { isSwitchedOn: false });
    expect(events[1]).to.match(/^Warning ProtectionSwitchedOff: /);
    expect(
      eventsOf([expand('forced')], { tags: [expand('closed')] }, { isSwitchedOn: false }),
    ).to.have.length(1);
  });
});
