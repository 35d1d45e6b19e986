import { expect } from 'chai';
import { chartDirectory } from '../../../scripts/plain-manifests.ts';
import { helm } from '../system/helm.ts';
import type { Check } from './index.ts';

const everyContainer = [
  ...['region=cn-hangzhou', 'credentials.kind=accessKey', 'image.repository=mirror.example/own'],
  ...['livenessProbe.enabled=true', 'snapshotController.enabled=true'],
];
/** On any cluster, and where the csi-snapshotter and snapshot-controller of another version are taken. */
const clusters = [[], ['--api-versions', 'groupsnapshot.storage.k8s.io/v1beta2']];

export const mirrorIsUsed: Check = {
  title:
    'chart: all images come from the mirror that sidecarRegistry names, and an image that is given by its full name is taken, whatever the cluster serves',
  run({ programs }) {
    for (const cluster of clusters) {
      const images = (...set: readonly string[]) => {
        const values = [...everyContainer, ...set].join(',');
        const rendered = helm(programs, ['template', 'x', chartDirectory, '--set', values, ...cluster]);
        return [...rendered.matchAll(/^ +(?:- )?image: (.+)$/gm)].map(([, image = '']) => image);
      };
      const mirrored = images('sidecarRegistry=mirror.example/sig');
      expect(mirrored).to.have.lengthOf(7);
      expect(mirrored.filter((image) => !image.startsWith('mirror.example/'))).to.deep.equal([]);

      const given = 'other.example/snapshots:mine';
      expect(images(`sidecars.snapshotter.image=${given}`)).to.include(given);
      expect(images(`snapshotController.image=${given}`)).to.include(given);
      expect(images(`livenessProbe.image=${given}`)).to.include(given);
    }
    return Promise.resolve();
  },
};
