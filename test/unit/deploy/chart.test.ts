import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

describe('deploy/charts/csi-datasafe', () => {
  it('installs the version of package.json', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(parse(read('deploy/charts/csi-datasafe/Chart.yaml'))).to.include({ version, appVersion: version });
  });

  it('knows the gates that the plugin knows', () => {
    const gatesIn = (text: string) => [...new Set(text.match(/\b(Enable|Disk|Disable)[A-Z]\w+/g))].sort();
    const checks = read('deploy/charts/csi-datasafe/templates/_checks.tpl');
    const known = checks.slice(checks.indexOf('checkGates" -}}'), checks.indexOf('checkClasses" -}}'));
    expect(gatesIn(known)).to.deep.equal(gatesIn(read('src/config/feature-gates.ts')));
  });
});
