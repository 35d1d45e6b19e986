import { fileURLToPath } from 'node:url';

export const chartDirectory = fileURLToPath(new URL('../deploy/charts/csi-datasafe', import.meta.url));

const region = ['--set', 'region=cn-hangzhou,clusterId=c-example'];
const account = '1234567890123456';

/** The set-ups that are also there as plain manifests, and how helm is told of each. */
const setUps: Readonly<Record<string, readonly string[]>> = {
  'access-key.yaml': [...region, '--set', 'credentials.kind=accessKey'],
  'oidc.yaml': [
    ...region,
    ...['--set', 'credentials.kind=oidc'],
    ...['--set', `credentials.oidc.roleArn=acs:ram::${account}:role/csi-datasafe`],
    ...['--set', `credentials.oidc.providerArn=acs:ram::${account}:oidc-provider/ack-rrsa-c-example`],
  ],
  'instance-role.yaml': [...region, '--set', 'credentials.kind=instanceRole'],
  'managed-token.yaml': [...region, '--set', 'credentials.kind=managedToken'],
  'try.yaml': ['--values', `${chartDirectory}/values-try.yaml`],
};

/** What the files in deploy/manifests have to hold, by name. `helm` runs helm and returns what it prints. */
export function renderedManifests(helm: (args: readonly string[]) => string): Record<string, string> {
  const rendered = Object.entries(setUps).map(([name, values]) => {
    const text = helm(['template', 'csi-datasafe', chartDirectory, '--namespace', 'kube-system', ...values]);
    return [name, `${heading(name)}${withoutHelm(text)}`] as const;
  });
  return Object.fromEntries(rendered);
}

function heading(name: string): string {
  const values =
    name === 'try.yaml'
      ? ''
      : '\n# Put your own region for cn-hangzhou, and the id of your cluster for c-example.';
  return `# Rendered from deploy/charts/csi-datasafe by \`npm run manifests\`: change the chart, not this file.${values}\n`;
}

/** Takes out what only helm needs. */
function withoutHelm(text: string): string {
  return text
    .replace(/^# Source: .*\n/gm, '')
    .replace(/^ +(helm\.sh\/chart|app\.kubernetes\.io\/managed-by): .*\n/gm, '');
}
