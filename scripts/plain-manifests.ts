import { fileURLToPath } from 'node:url';

export const chartDirectory = fileURLToPath(new URL('../deploy/charts/csi-datasafe', import.meta.url));

const region = ['--set', 'region=cn-hangzhou,clusterId=c-example'];
const account = '1234567890123456';

/** Such a cluster has the existing node plugin, and with it these. */
const madeByAck = [
  'csiDriver.create=false',
  'storageClasses.alicloud-disk-essd.enabled=false',
  'storageClasses.alicloud-disk-topology-alltype.enabled=false',
  'volumeSnapshotClasses.alibabacloud-disk-snapshot.enabled=false',
  'volumeGroupSnapshotClasses.alibabacloud-disk-group-snapshot.enabled=false',
];

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
  'managed-token.yaml': [
    ...region,
    ...['--set', 'credentials.kind=managedToken', '--set', madeByAck.join(',')],
    ...['--api-versions', 'groupsnapshot.storage.k8s.io/v1beta2'],
  ],
  'try.yaml': ['--values', `${chartDirectory}/values-try.yaml`],
};

/** What the files in deploy/manifests have to hold, by name. `helm` runs helm and returns what it prints. */
export function renderedManifests(helm: (args: readonly string[]) => string): Record<string, string> {
  const rendered = Object.entries(setUps).map(([name, values]) => {
    // A name of its own: applied to a cluster where the product works, it must not take its place.
    const release = name === 'try.yaml' ? 'csi-datasafe-try' : 'csi-datasafe';
    const text = helm(['template', release, chartDirectory, '--namespace', 'kube-system', ...values]);
    return [name, `${heading(name)}${withoutHelm(text)}`] as const;
  });
  return Object.fromEntries(rendered);
}

const toEdit = [
  'the image csi-datasafe:0.1.0, where your nodes can pull it from',
  'cn-hangzhou: your region',
  'c-example: the id of your cluster',
];
const arns = `acs:ram::${account}:…, twice: the ARNs of your role and of your OIDC provider`;

/** What has to be edited in each file, besides what all have to. */
const editedIn: Readonly<Record<string, readonly string[]>> = {
  'access-key.yaml': [
    ...toEdit,
    'not in this file: a Secret csi-access-key in kube-system, with the keys id and secret',
  ],
  'oidc.yaml': [...toEdit, arns],
  'instance-role.yaml': toEdit,
  'managed-token.yaml': toEdit,
  'try.yaml': toEdit.slice(0, 1),
};

const about: Readonly<Record<string, string>> = {
  'managed-token.yaml':
    '\n# For ACK: without the CSIDriver and the classes that it has, and with v1beta2 of group snapshots.',
};

function heading(name: string): string {
  const lines = [
    `# Rendered from deploy/charts/csi-datasafe by \`npm run manifests\`: change the chart, not this file.${about[name] ?? ''}`,
    '# To edit before it is applied:',
    ...(editedIn[name] ?? []).map((what) => `# - ${what}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Takes out what only helm needs. */
function withoutHelm(text: string): string {
  return text
    .replace(/^# Source: .*\n/gm, '')
    .replace(/^ +annotations:\n +helm\.sh\/resource-policy: keep\n/gm, '')
    .replace(/^ +(helm\.sh\/chart|app\.kubernetes\.io\/managed-by): .*\n/gm, '');
}
