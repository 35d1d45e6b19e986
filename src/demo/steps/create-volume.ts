import type { CreateVolumeRequest } from '../../generated/csi/v1/CreateVolumeRequest.ts';
import type { Volume__Output } from '../../generated/csi/v1/Volume.ts';
import { totalOf } from '../call-counts.ts';
import { formatBytes } from '../format.ts';
import { askForVolume, bytesPerGiB, volumeRequest } from '../questions.ts';
import { finding, type Stage } from '../stage.ts';

/** The `parameters` of a StorageClass. */
const storageClass = {
  type: 'cloud_essd',
  performanceLevel: 'PL1',
  zoneId: 'cn-hangzhou-h',
  diskTags: 'team:payments,purpose:demo',
};
/** What csi-provisioner adds about the claim. */
const claim = {
  'csi.storage.k8s.io/pvc/name': 'mysql-data',
  'csi.storage.k8s.io/pvc/namespace': 'shop',
  'csi.storage.k8s.io/pv/name': 'pvc-demo-mysql-data',
};
const sizeGiB = 20;

/** A claim of 20 GiB becomes one disk, however often it is asked for. */
export async function createVolume(stage: Stage): Promise<void> {
  const request = {
    ...volumeRequest('pvc-demo-mysql-data', sizeGiB),
    parameters: { ...storageClass, ...claim },
  };
  const volume = await askForVolume(stage, request);
  stage.findings.volumeId = volume.volumeId;
  proveAnswer(stage, volume);
  await proveRequest(stage);
  await proveIdempotent(stage, request, volume);
}

function proveAnswer(
  stage: Stage,
  { capacityBytes, accessibleTopology, volumeContext }: Volume__Output,
): void {
  const zones = accessibleTopology.flatMap(({ segments }) => Object.values(segments)).join(' ');
  stage.proofs.equal(
    'the volume has the size of the claim',
    formatBytes(BigInt(capacityBytes)),
    formatBytes(sizeGiB * bytesPerGiB),
  );
  stage.proofs.equal('its zone is the one of the class', zones, storageClass.zoneId);
  const kind = `${volumeContext['type'] ?? ''} ${volumeContext['performanceLevel'] ?? ''}`;
  stage.proofs.equal('its category and level are those of the class', kind, 'cloud_essd PL1');
}

/** ECS must have been asked for exactly what the class says, tags included. */
async function proveRequest(stage: Stage): Promise<void> {
  const { ecs } = finding(stage, 'emulator');
  const [sent = {}] = await ecs.parametersOf('CreateDisk');
  const tags = tagsIn(sent);
  const wanted = ['team=payments', 'purpose=demo', 'kubernetes.io/created-for/pvc/name=mysql-data'];
  const evidence = wanted.filter((tag) => tags.includes(tag)).join(', ');
  stage.proofs.that('the disk carries the tags of class and claim', evidence === wanted.join(', '), evidence);
}

/** `Tag.1.Key`, `Tag.1.Value` and so on, as `key=value`. */
function tagsIn(parameters: Readonly<Record<string, string>>): string[] {
  return Object.entries(parameters)
    .filter(([name]) => /^Tag\.\d+\.Key$/.test(name))
    .map(([name, key]) => `${key}=${parameters[name.replace(/Key$/, 'Value')] ?? ''}`);
}

async function proveIdempotent(
  stage: Stage,
  request: CreateVolumeRequest,
  first: Volume__Output,
): Promise<void> {
  stage.screen.say('note', 'csi-provisioner may lose an answer and ask again');
  const again = await askForVolume(stage, request);
  stage.proofs.equal('the same name gives the same volume', again.volumeId, first.volumeId);
  const sent = totalOf(await finding(stage, 'emulator').ecs.requestCounts(), 'CreateDisk');
  stage.proofs.equal('ECS was asked for one disk (CreateDisk requests)', sent, 1);
}
