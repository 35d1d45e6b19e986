import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { flags } from '../../../src/config/flags.ts';
import { readFeatureGates } from '../../../src/config/feature-gates.ts';
import { durationMs } from '../../../src/config/values.ts';
import { LOG_LEVELS } from '../../../src/observability/logger.ts';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

describe('deploy/charts/csi-datasafe', () => {
  it('installs the version of package.json', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(parse(read('deploy/charts/csi-datasafe/Chart.yaml'))).to.include({ version, appVersion: version });
  });

  it('knows the gates that the plugin knows, and which of them have no effect', () => {
    const checks = read('deploy/charts/csi-datasafe/templates/_checks.tpl');
    const listed = (name: string) => {
      const [, words = ''] = new RegExp(`\\$${name} := list ([^}]+) -}}`).exec(checks) ?? [];
      return [...words.matchAll(/"(\w+)"/g)].map(([, gate = '']) => gate);
    };
    const unknown = () => readFeatureGates('NoSuchGate=true');

    expect(unknown).to.throw(`known are ${[...listed('own'), ...listed('others')].join(', ')}`);
    for (const gate of listed('own')) {
      expect(readFeatureGates(`${gate}=true`).warnings, gate).to.deep.equal([]);
    }
    for (const gate of listed('others')) {
      expect(readFeatureGates(`${gate}=true`).warnings, gate).to.have.length(1);
    }
  });

  it('leaves to extraEnv no variable that stands for a flag which the chart sets, nor one of its credentials', () => {
    const checks = read('deploy/charts/csi-datasafe/templates/_pod-checks.tpl');
    const [, text = ''] = /define "csi-datasafe\.reservedEnv" -}}([^{]+)/.exec(checks) ?? [];
    const reserved = Object.keys(parse(text) as object);
    const plugin = read('deploy/charts/csi-datasafe/templates/_plugin.tpl');
    const credentials = read('deploy/charts/csi-datasafe/templates/_credentials.tpl');

    const ofFlags = Object.values(flags)
      .filter(({ name }) => plugin.includes(`- --${name}=`))
      .flatMap(({ env }) => env);
    expect(ofFlags.length).to.be.greaterThan(5);
    expect(reserved).to.include.members(ofFlags);
    const set = [...`${plugin}${credentials}`.matchAll(/^- name: ([A-Z_]+)$/gm)].map(([, name = '']) => name);
    expect(set.length).to.be.greaterThan(8);
    expect(reserved).to.include.members(set);
  });

  it('takes the durations that the plugin takes', () => {
    const schema = read('deploy/charts/csi-datasafe/values.schema.json');
    for (const name of ['expandSnapshotMaxAge', 'expandBesteffortWait', 'interval']) {
      const [, pattern = ''] =
        new RegExp(`"${name}": {\\s*"type": "string",\\s*"pattern": "([^"]+)"`).exec(schema) ?? [];
      expect(pattern, name).not.to.equal('');
      for (const text of ['500ms', '10m', '24h', '1d', '0s', '1h30m', '1234567s', '5']) {
        const isTaken = () => durationMs('--flag', text);
        if (new RegExp(pattern).test(text)) {
          expect(isTaken, `${name} ${text}`).not.to.throw();
        } else {
          expect(isTaken, `${name} ${text}`).to.throw();
        }
      }
    }
  });

  it('takes the log levels that the plugin takes', () => {
    const schema = JSON.parse(read('deploy/charts/csi-datasafe/values.schema.json')) as {
      properties: { logLevel: { enum: string[] } };
    };
    expect(schema.properties.logLevel.enum).to.deep.equal(LOG_LEVELS);
  });
});
