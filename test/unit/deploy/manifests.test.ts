import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';

const folder = new URL('../../../deploy/manifests/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

function titlesOf(name: string): string[] {
  return parseAllDocuments(read(name))
    .map((document) => document.toJS() as Manifest)
    .map(({ kind, metadata }) => `${kind} ${metadata.name}`);
}

describe('deploy/manifests', () => {
  it('says in each heading what is to be edited, and that is in the file', () => {
    for (const name of readdirSync(folder)) {
      const [heading = '', body = ''] = read(name).split(/^---$/m, 2);
      expect(heading, name).to.include('csi-datasafe:0.1.0');
      for (const [value] of heading.matchAll(/csi-datasafe:\S+\d|cn-hangzhou|c-example|csi-access-key/g)) {
        expect(read(name).slice(heading.length), `${name} ${value}`).to.include(value);
      }
      for (const value of ['c-example', 'acs:ram::1234567890123456:']) {
        expect(heading.includes(value), `${name} ${value}`).to.equal(
          read(name).slice(heading.length).includes(value),
        );
      }
      expect(body, name).not.to.equal('');
    }
  });

  it('leaves to ACK the CSIDriver and the classes that it has, and speaks its version of group snapshots', () => {
    const titles = titlesOf('managed-token.yaml');
    expect(titles).to.include('StorageClass alicloud-datasafe-essd');
    expect(titles.filter((title) => /^CSIDriver|alicloud-disk|alibabacloud-disk/.test(title))).to.deep.equal(
      [],
    );
    expect(read('managed-token.yaml')).to.include('csi-snapshotter:v8.5.0').and.not.include('v8.6');
  });

  it('tries things out beside whatever serves real disks: no name is shared', () => {
    const others = readdirSync(folder)
      .filter((name) => name !== 'try.yaml')
      .flatMap(titlesOf);
    expect(titlesOf('try.yaml').filter((title) => others.includes(title))).to.deep.equal([]);
    expect(read('try.yaml')).not.to.match(/(?<!try\.)diskplugin\.csi\.alibabacloud\.com/);
    expect(read('try.yaml')).not.to.match(/(?<!try-)diskplugin-csi-alibabacloud-com/);
  });
});
