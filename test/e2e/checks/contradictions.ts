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
  { set: [...valid, 'serviceAccount.create=false'], says: 'serviceAccount.name is empty' },
  { set: [...valid, 'replicas=two'], says: '/replicas' },
  { set: [...valid, 'replica=2'], says: 'replica' },
  { set: [...valid, 'keeper.interval=soon'], says: '/keeper/interval' },
];
