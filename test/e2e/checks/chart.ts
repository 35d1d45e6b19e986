import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { chartDirectory, renderedManifests } from '../../../scripts/plain-manifests.ts';
import { helm } from '../system/helm.ts';
import { contradictions } from './contradictions.ts';
import type { Check } from './index.ts';

const deploy = fileURLToPath(new URL('../../../deploy/', import.meta.url));
const presets: Readonly<Record<string, readonly string[]>> = {
  production: ['--set', 'region=cn-hangzhou,credentials.kind=accessKey'],
  try: ['--values', `${chartDirectory}/values-try.yaml`],
};

export const lint: Check = {
  title: 'chart: helm lint finds nothing in either preset',
  run({ programs }) {
    for (const values of Object.values(presets)) {
      helm(programs, ['lint', '--strict', chartDirectory, ...values]);
    }
    return Promise.resolve();
  },
};

export const contradictionsFail: Check = {
  title: `chart: ${contradictions.length} sets of values that contradict each other fail with a message that says what to do`,
  run({ programs }) {
    for (const { set, says } of contradictions) {
      const run = () => helm(programs, ['template', 'x', chartDirectory, '--set', set.join(',')]);
      expect(run, set.join(',')).to.throw(says);
    }
    return Promise.resolve();
  },
};

export const acceptedByServer: Check = {
  title:
    'chart: the API server accepts every object of every set-up and every example (server-side dry run, strict)',
  async run({ programs, controlPlane: { kubectl } }) {
    const everythingOn = helm(programs, [
      ...[
        'template',
        'csi-datasafe',
        chartDirectory,
        '--namespace',
        'kube-system',
        ...(presets['production'] ?? []),
      ],
      ...[
        '--set',
        'livenessProbe.enabled=true,snapshotController.enabled=true,guards.protectionNamespace=claim',
      ],
    ]);
    const all = { ...renderedManifests((args) => helm(programs, args)), everythingOn };
    for (const [name, text] of Object.entries(all)) {
      const answer = await kubectl.run('apply --dry-run=server --validate=strict -f -', text);
      expect(answer.trim().split('\n').length, name).to.be.greaterThan(10);
    }
    await kubectl.run('create namespace autosnapshot');
    for (const folder of ['datasafe', 'group-snapshots']) {
      for (const file of readdirSync(`${deploy}examples/${folder}`).filter((one) => one.endsWith('.yaml'))) {
        await kubectl.run(`apply --dry-run=server --validate=strict -f ${deploy}examples/${folder}/${file}`);
      }
    }
  },
};

export const manifestsFollowChart: Check = {
  title: 'chart: deploy/manifests holds what the chart renders (npm run manifests writes it)',
  run({ programs }) {
    const rendered = renderedManifests((args) => helm(programs, args));
    expect(readdirSync(`${deploy}manifests`).sort()).to.deep.equal(Object.keys(rendered).sort());
    for (const [name, text] of Object.entries(rendered)) {
      expect(readFileSync(`${deploy}manifests/${name}`, 'utf8'), name).to.equal(text);
    }
    return Promise.resolve();
  },
};
