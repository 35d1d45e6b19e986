import { expect } from 'chai';
import { attachedInNameOnly } from '../../../src/disk/doctor/checks/attached-in-name-only.ts';
import { attachedUnasked } from '../../../src/disk/doctor/checks/attached-unasked.ts';
import { volumeObject } from '../kube/set-up.ts';
import { silent, startSite, type Site } from './site.ts';

describe('doctor: attachments', () => {
  let site: Site;
  beforeEach(async () => {
    site = await startSite();
  });
  afterEach(async () => {
    await site[Symbol.asyncDispose]();
  });

  /** A volume whose disk is where its VolumeAttachment says. */
  async function makeAttached(): Promise<{ diskId: string; instanceId: string }> {
    const diskId = await site.makeVolume();
    const instanceId = await site.attach(diskId);
    await site.putAttachment(diskId, instanceId);
    return { diskId, instanceId };
  }

  describe('attached-unasked', () => {
    it('is silent about disks that are where a VolumeAttachment wants them, and about free ones', async () => {
      await makeAttached();
      await site.makeVolume();
      expect(await site.examine(attachedUnasked)).to.deep.equal(silent(attachedUnasked));
    });

    it('names a disk that is on an instance without a VolumeAttachment, and how to detach it', async () => {
      await makeAttached();
      const diskId = await site.makeVolume();
      const instanceId = await site.attach(diskId);
      const { findings } = await site.examine(attachedUnasked);
      expect(findings).to.have.length(1);
      expect(findings[0]?.ids).to.deep.equal([diskId, instanceId, `pv-${diskId}`]);
      expect(findings[0]?.what).to.contain('claim shop/data');
      expect(findings[0]?.mend.join()).to.contain(
        `aliyun ecs DetachDisk --RegionId cn-hangzhou --InstanceId ${instanceId} --DiskId ${diskId}`,
      );
    });

    it('says nothing of an attachment that is only wanted yet, or about to go', async () => {
      const wanted = await site.makeVolume();
      await site.putAttachment(wanted, await site.attach(wanted), { attached: false });
      const going = await site.makeVolume();
      await site.putAttachment(going, await site.attach(going), {
        deletionTimestamp: '2026-01-01T00:00:00Z',
      });
      expect(await site.examine(attachedUnasked)).to.deep.equal(silent(attachedUnasked));
    });

    it('goes by what csi-attacher noted down where the node is gone, and names nothing where nobody did', async () => {
      const noted = await site.makeVolume();
      const instanceId = await site.attach(noted);
      await site.putAttachment(noted, instanceId, {
        annotations: { 'csi.alpha.kubernetes.io/node-id': instanceId },
      });
      const forgotten = await site.makeVolume();
      await site.putAttachment(forgotten, await site.attach(forgotten));
      await site.api.take('csinodes', `node-${instanceId}`);
      expect(await site.examine(attachedUnasked)).to.deep.equal(silent(attachedUnasked));
    });

    it('says nothing of a disk that is detached while it looks', async () => {
      const diskId = await site.makeVolume();
      await site.attach(diskId);
      const findDisks: typeof site.cloud.findDisks = async (ids, call) => {
        const seen = await site.cloud.findDisks(ids, call);
        await site.emulator.detach(diskId);
        return seen;
      };
      const cloud = { ...site.cloud, findDisks };
      expect(await site.examine(attachedUnasked, { cloud })).to.deep.equal(silent(attachedUnasked));
    });

    describe('between its two looks at the disks', () => {
      let diskId: string;
      let firstId: string;
      beforeEach(async () => {
        diskId = await site.makeVolume();
        firstId = await site.attach(diskId);
      });

      /** What the check says when this happens before the second look at the disks. */
      async function examineWhile(happens: () => Promise<void>) {
        let looks = 0;
        const findDisks: typeof site.cloud.findDisks = async (ids, call) => {
          looks += 1;
          if (looks === 2) {
            await happens();
          }
          return await site.cloud.findDisks(ids, call);
        };
        const result = await site.examine(attachedUnasked, { cloud: { ...site.cloud, findDisks } });
        expect(looks).to.equal(2);
        return result;
      }

      it('sees a disk move to where it is asked for, and says nothing of it', async () => {
        const result = await examineWhile(async () => {
          const second = await site.emulator.control<{ id: string }>('POST', '/instances', {
            zoneId: 'cn-hangzhou-i',
          });
          await site.emulator.detach(diskId);
          await site.emulator.control('POST', `/disks/${diskId}/attach`, { instanceId: second.id });
          await site.putAttachment(diskId, second.id);
        });
        expect(result).to.deep.equal(silent(attachedUnasked));
      });

      it('sees that a disk is asked for where it is, also under a new volume, and says nothing of it', async () => {
        const asked = await examineWhile(() => site.putAttachment(diskId, firstId));
        expect(asked).to.deep.equal(silent(attachedUnasked));
        await site.api.take('volumeattachments', `csi-${diskId}-${firstId}`);
        const result = await examineWhile(async () => {
          await site.api.put(volumeObject(diskId, 'pv-new'));
          await site.putAttachment(diskId, firstId, { volumeName: 'pv-new' });
        });
        expect(result).to.deep.equal(silent(attachedUnasked));
      });

      it('sees that a disk was away and has come back, and leaves it for the next time', async () => {
        const result = await examineWhile(async () => {
          await site.emulator.detach(diskId);
          await site.emulator.control('POST', '/clock', { advanceMs: 60_000 });
          expect(await site.attach(diskId)).to.equal(firstId);
        });
        expect(result).to.deep.equal(silent(attachedUnasked));
      });
    });

    it('has not looked where Kubernetes or ECS does not let it', async () => {
      await site.attach(await site.makeVolume());
      await site.api.deny('list volumeattachments');
      const { findings, notLooked } = await site.examine(attachedUnasked);
      expect(findings).to.deep.equal([]);
      expect(notLooked[0]?.because).to.contain('grant list on volumeattachments');
      await site.api.deny();
      await site.denyActions('DescribeDisks');
      expect((await site.examine(attachedUnasked)).notLooked[0]?.because).to.contain('DescribeDisks');
    });
  });

  describe('attached-in-name-only', () => {
    it('is silent about disks that are where they are said to be, and about what is not said', async () => {
      await makeAttached();
      const { instanceId } = await makeAttached();
      await site.putAttachment(await site.makeVolume(), instanceId, { attached: false });
      expect(await site.examine(attachedInNameOnly)).to.deep.equal(silent(attachedInNameOnly));
    });

    it('names a VolumeAttachment whose disk was detached by hand', async () => {
      const { diskId, instanceId } = await makeAttached();
      await site.emulator.detach(diskId);
      const { findings } = await site.examine(attachedInNameOnly);
      expect(findings).to.have.length(1);
      const name = `csi-${diskId}-${instanceId}`;
      expect(findings[0]?.ids).to.deep.equal([diskId, instanceId, `pv-${diskId}`, name]);
      expect(findings[0]?.mend).to.include(`kubectl delete volumeattachment ${name}`);
    });

    it('says nothing of one that is being detached, also when that began while it looked', async () => {
      const { diskId, instanceId } = await makeAttached();
      const findDisks: typeof site.cloud.findDisks = async (ids, call) => {
        await site.emulator.detach(diskId);
        await site.putAttachment(diskId, instanceId, { deletionTimestamp: '2026-01-01T00:00:00Z' });
        return await site.cloud.findDisks(ids, call);
      };
      const cloud = { ...site.cloud, findDisks };
      expect(await site.examine(attachedInNameOnly, { cloud })).to.deep.equal(silent(attachedInNameOnly));
      expect(await site.examine(attachedInNameOnly)).to.deep.equal(silent(attachedInNameOnly));
    });

    it('has not looked where the nodes cannot be read', async () => {
      await makeAttached();
      await site.api.deny('list csinodes');
      const { notLooked } = await site.examine(attachedInNameOnly);
      expect(notLooked[0]?.because).to.contain('csinodes');
    });

    it('says nothing of disks that ECS hides: they may well be there', async () => {
      await makeAttached();
      await site.hideEverything();
      expect((await site.examine(attachedInNameOnly)).findings).to.deep.equal([]);
    });
  });
});
