/** Values that contradict each other or mean nothing, and a part of what helm must say about each. */
const valid = ['region=cn-hangzhou', 'credentials.kind=accessKey'];

export const contradictions: readonly { readonly set: readonly string[]; readonly says: string }[] = [
  { set: ['credentials.kind=accessKey'], says: 'region is not set' },
  { set: ['region=cn-hangzhou'], says: 'credentials.kind is not set' },
  { set: [...valid, 'credentials.kind=password'], says: '/credentials/kind' },
  { set: [...valid, 'credentials.kind=oidc'], says: 'credentials.oidc.roleArn' },
  {
    set: [...valid, 'credentials.accessKey.secretName='],
    says: 'credentials.accessKey.secretName must name',
  },
  {
    set: [...valid, 'credentials.kind=managedToken', 'credentials.managedToken.secretName='],
    says: 'managedToken',
  },
  { set: [...valid, 'featureGates.EnableMagic=true'], says: 'featureGates.EnableMagic is not known' },
  { set: [...valid, 'emulator.enabled=true'], says: 'emulator.enabled is true with the preset production' },
  {
    set: [...valid, 'credentials.kind=emulator'],
    says: 'credentials.kind is emulator with the preset production',
  },
  {
    set: [...valid, 'preset=try', 'emulator.enabled=true'],
    says: 'credentials.kind must be emulator',
  },
  {
    set: ['region=cn-hangzhou', 'preset=try', 'credentials.kind=emulator'],
    says: 'emulator.enabled must be true',
  },
  {
    set: [
      ...['region=cn-hangzhou', 'preset=try', 'credentials.kind=emulator', 'emulator.enabled=true'],
      'ecs.endpoint=ecs.example.com',
    ],
    says: 'the plugin can speak to one of them only',
  },
  {
    set: [...valid, 'guards.automaticSnapshots=false', 'featureGates.EnableDeleteAutoSnapshots=false'],
    says: 'storageClasses.alicloud-datasafe-essd asks for snapshots',
  },
  {
    set: [...valid, 'guards.automaticSnapshots=false'],
    says: 'the gate EnableDeleteAutoSnapshots is open, so the guards would act all the same',
  },
  {
    set: [...valid, 'featureGates.EnableVolumeGroupSnapshots=false'],
    says: 'volumeGroupSnapshotClasses.alibabacloud-disk-group-snapshot is enabled',
  },
  {
    set: [
      ...valid,
      'volumeGroupSnapshotClasses.alibabacloud-disk-group-snapshot.parameters.retentionDays=three',
    ],
    says: 'ECS cannot let group snapshots expire',
  },
  {
    set: ['region=cn-hangzhou', 'preset=try', 'credentials.kind=emulator', 'emulator.enabled=true'],
    says: 'preset is try with the driver name of real disks',
  },
  {
    set: [...valid, 'volumeAttributesClasses.own.enabled=true'],
    says: 'volumeAttributesClasses.own has no parameters',
  },
  {
    set: [...valid, 'featureGates=null'],
    says: 'volumeGroupSnapshotClasses.alibabacloud-disk-group-snapshot is enabled',
  },
  {
    set: [...valid, 'guards.automaticSnapshots=false', 'featureGates.EnableDeleteAutoSnapshots=false'],
    says: 'delete it first (kubectl delete storageclass alicloud-datasafe-essd)',
  },
  { set: [...valid, 'httpPort=8081'], says: 'httpPort and sidecars.attacher.port are both 8081' },
  {
    set: [...valid, 'sidecars.resizer.port=8080'],
    says: 'sidecars.provisioner.port and sidecars.resizer.port are both 8080',
  },
  {
    set: [...valid, 'livenessProbe.enabled=true', 'livenessProbe.port=8083'],
    says: 'livenessProbe.port and sidecars.snapshotter.port are both 8083',
  },
  { set: [...valid, ...variable('REGION_ID')], says: 'use the value region' },
  { set: [...valid, ...variable('ALIBABA_CLOUD_ROLE_ARN')], says: 'use the value credentials' },
  {
    set: [...valid, ...variable('STS_ENDPOINT'), ...variable('STS_ENDPOINT', 1)],
    says: 'extraEnv has STS_ENDPOINT twice',
  },
  {
    set: [...valid, 'podLabels.app\\.kubernetes\\.io/component=other'],
    says: 'podLabels has app.kubernetes.io/component, which the chart itself sets',
  },
  {
    set: [
      ...[...valid, 'snapshotController.enabled=true', 'serviceAccount.create=false'],
      'serviceAccount.name=mine',
    ],
    says: 'snapshotController.serviceAccountName is empty',
  },
  { set: [...valid, 'serviceAccount.create=false'], says: 'serviceAccount.name is empty' },
  { set: [...valid, 'replicas=two'], says: '/replicas' },
  { set: [...valid, 'replica=2'], says: 'replica' },
  { set: [...valid, 'keeper.interval=soon'], says: '/keeper/interval' },
];

function variable(name: string, index = 0): string[] {
  return [`extraEnv[${index}].name=${name}`, `extraEnv[${index}].value=x`];
}
