import { expect } from 'chai';
import {
  startController,
  type ControllerHarness,
  type RpcName,
  type WireRequest,
} from './controller-harness.ts';
import { createVolume, fromSnapshot, gibibytes, mounted, sharedBlock } from './requests.ts';

/** A request that must be refused without a call to ECS: its status, and what the message must contain. */
interface BadRequest {
  readonly what: string;
  readonly refuse: (harness: ControllerHarness) => ReturnType<ControllerHarness['refusal']>;
  readonly code: string;
  readonly texts: readonly string[];
}

function bad<Name extends RpcName>(
  name: Name,
  what: string,
  request: WireRequest<Name>,
  ...[code, ...texts]: string[]
): BadRequest {
  return {
    what: `${name}: ${what}`,
    refuse: (harness) => harness.refusal(name, request),
    code: code ?? '',
    texts,
  };
}

const long = 'x'.repeat(129);
const longMap = { sysConfig: 'x'.repeat(4096) };
const unknownMode = { mount: {}, accessMode: { mode: 'UNKNOWN' } } as const;
const neitherBlockNorMount = { accessMode: { mode: 'SINGLE_NODE_WRITER' } } as const;
const invalid = 'INVALID_ARGUMENT';

/** What is wrong with a text, by the field that has it. */
const wrongTexts: readonly [what: string, text: string, message: string][] = [
  ['missing', '', 'is missing'],
  ['129 bytes', long, 'is longer than 128 bytes'],
  ['66 letters of two bytes', 'ä'.repeat(65), 'is longer than 128 bytes'],
  ['a line feed', 'a\nb', 'contains control characters'],
  ['a NUL', 'a\u0000', 'contains control characters'],
];

const wrongFields = wrongTexts.flatMap(([what, text, message]) => [
  bad('CreateVolume', `name, ${what}`, createVolume({ name: text }), invalid, 'name', message),
  bad(
    'CreateVolume',
    `snapshot of the source, ${what}`,
    createVolume({ volumeContentSource: fromSnapshot(text) }),
    invalid,
    'snapshot_id',
    message,
  ),
  bad('DeleteVolume', `volume_id, ${what}`, { volumeId: text }, invalid, 'volume_id', message),
  bad('ControllerGetVolume', `volume_id, ${what}`, { volumeId: text }, invalid, 'volume_id', message),
  bad(
    'ControllerExpandVolume',
    `volume_id, ${what}`,
    { volumeId: text, capacityRange: { requiredBytes: 1 } },
    invalid,
    'volume_id',
    message,
  ),
  bad(
    'ValidateVolumeCapabilities',
    `volume_id, ${what}`,
    { volumeId: text, volumeCapabilities: [mounted] },
    invalid,
    'volume_id',
    message,
  ),
  bad('CreateSnapshot', `name, ${what}`, { name: text, sourceVolumeId: 'd-1' }, invalid, 'name', message),
  bad(
    'CreateSnapshot',
    `source_volume_id, ${what}`,
    { name: 'snapshot-1', sourceVolumeId: text },
    invalid,
    'source_volume_id',
    message,
  ),
  bad('DeleteSnapshot', `snapshot_id, ${what}`, { snapshotId: text }, invalid, 'snapshot_id', message),
  bad('GetSnapshot', `snapshot_id, ${what}`, { snapshotId: text }, invalid, 'snapshot_id', message),
  ...(text === ''
    ? []
    : [
        bad('ListSnapshots', `snapshot_id, ${what}`, { snapshotId: text }, invalid, 'snapshot_id', message),
        bad(
          'ListSnapshots',
          `source_volume_id, ${what}`,
          { sourceVolumeId: text },
          invalid,
          'source_volume_id',
          message,
        ),
      ]),
]);

const wrongIds = ['vol-1', 's-1', 'D-1', 'd-1,d-2', 'd-ä'].flatMap((id) => [
  bad('ControllerGetVolume', `the id ${id}`, { volumeId: id }, 'NOT_FOUND', id),
  bad('CreateSnapshot', `the source ${id}`, { name: 'n', sourceVolumeId: id }, 'NOT_FOUND', id),
  bad(
    'ControllerExpandVolume',
    `the id ${id}`,
    { volumeId: id, capacityRange: { requiredBytes: 1 } },
    'NOT_FOUND',
    id,
  ),
  bad(
    'ValidateVolumeCapabilities',
    `the id ${id}`,
    { volumeId: id, volumeCapabilities: [mounted] },
    'NOT_FOUND',
    id,
  ),
]);

const capabilities = (
  ...volumeCapabilities: NonNullable<WireRequest<'CreateVolume'>['volumeCapabilities']>
) =>
  [
    ['CreateVolume', createVolume({ volumeCapabilities })],
    ['ValidateVolumeCapabilities', { volumeId: 'd-1', volumeCapabilities }],
  ] as const;

const wrongCapabilities = [
  ...capabilities().map(([name, request]) =>
    bad(name, 'no capability', request, invalid, 'volume_capabilities is missing'),
  ),
  ...capabilities(mounted, neitherBlockNorMount).map(([name, request]) =>
    bad(name, 'neither block nor mount', request, invalid, 'volume_capabilities[1]', 'block and mount'),
  ),
  ...capabilities(unknownMode).map(([name, request]) =>
    bad(name, 'no access mode', request, invalid, 'volume_capabilities[0]', 'access_mode'),
  ),
  bad(
    'CreateVolume',
    'many writers of a plain disk',
    createVolume({ volumeCapabilities: [sharedBlock] }),
    invalid,
    'volume_capabilities',
    'multiAttach',
  ),
  bad(
    'CreateVolume',
    'a file system that it does not know',
    createVolume({ volumeCapabilities: [{ ...mounted, mount: { fsType: 'zfs' } }] }),
    invalid,
    'volume_capabilities',
    'zfs',
    'ext4',
  ),
];

const wrongSizes = [
  ['a negative size', { requiredBytes: -1 }, invalid, 'required_bytes'],
  ['a negative limit', { requiredBytes: 1, limitBytes: -1 }, invalid, 'limit_bytes'],
  [
    'a limit below the size',
    { requiredBytes: gibibytes(2), limitBytes: gibibytes(1) },
    invalid,
    'limit_bytes',
  ],
  ['no whole GiB', { requiredBytes: 1, limitBytes: 2 }, 'OUT_OF_RANGE', 'capacity_range'],
] as const;

const wrongCapacities = wrongSizes.flatMap(([what, capacityRange, code, text]) => [
  bad('CreateVolume', what, createVolume({ capacityRange }), code, text),
  bad('ControllerExpandVolume', what, { volumeId: 'd-1', capacityRange }, code, text),
]);

const others = [
  bad(
    'CreateVolume',
    'more than ECS has',
    createVolume({ capacityRange: { requiredBytes: '9223372036854775807' } }),
    'OUT_OF_RANGE',
    'cloud_essd has 20 to 65536 GiB',
  ),
  bad(
    'CreateVolume',
    'less than ECS has',
    createVolume({ capacityRange: { requiredBytes: 1 }, parameters: { type: 'cloud_ssd' } }),
    'OUT_OF_RANGE',
    'cloud_ssd has 20 to 32768 GiB',
  ),
  bad('ControllerExpandVolume', 'no size', { volumeId: 'd-1' }, invalid, 'capacity_range.required_bytes'),
  bad(
    'CreateVolume',
    'an unknown parameter',
    createVolume({ parameters: { volumeDeleteSnapshotRetentionDay: '7' } }),
    invalid,
    'volumeDeleteSnapshotRetentionDay is not known',
  ),
  bad(
    'CreateVolume',
    'a wrong value',
    createVolume({ parameters: { type: 'cloud_gold' } }),
    invalid,
    'type',
    'cloud_gold',
    'cloud_essd',
  ),
  bad(
    'CreateVolume',
    'parameters over 4 KiB',
    createVolume({ parameters: longMap }),
    invalid,
    'parameters has 4105 bytes; the limit is 4096',
  ),
  bad(
    'CreateVolume',
    'a mutable parameter',
    createVolume({ mutableParameters: { provisionedIops: '1000' } }),
    invalid,
    'VolumeAttributesClass parameter provisionedIops',
    'cloud_essd',
  ),
  bad(
    'CreateVolume',
    'another region',
    createVolume({ parameters: { type: 'cloud_essd', regionId: 'us-east-1' } }),
    invalid,
    'regionId',
    'us-east-1',
    'cn-hangzhou',
  ),
  bad(
    'CreateVolume',
    'no volume as source',
    createVolume({ volumeContentSource: { volume: {} } }),
    invalid,
    'volume_content_source.volume.volume_id',
    'is missing',
  ),
  bad('CreateVolume', 'an empty source', createVolume({ volumeContentSource: {} }), invalid, 'neither'),
  bad(
    'CreateVolume',
    'two different sources',
    createVolume({
      volumeContentSource: fromSnapshot('s-1'),
      parameters: { type: 'cloud_essd', 'csi.alibabacloud.com/disk-snapshot-id': 's-2' },
    }),
    invalid,
    's-1',
    's-2',
    'contradict',
  ),
  bad(
    'CreateSnapshot',
    'an unknown parameter',
    { name: 'n', sourceVolumeId: 'd-1', parameters: { retention: '7' } },
    invalid,
    'retention is not known',
    'retentionDays',
  ),
  bad(
    'CreateSnapshot',
    'a wrong value',
    { name: 'n', sourceVolumeId: 'd-1', parameters: { retentionDays: '-7' } },
    invalid,
    'retentionDays',
    'from 0 to 65536',
  ),
  bad(
    'CreateSnapshot',
    'parameters over 4 KiB',
    { name: 'n', sourceVolumeId: 'd-1', parameters: longMap },
    invalid,
    'parameters has 4105 bytes',
  ),
];

const wrongPages = (['ListVolumes', 'ListSnapshots'] as const).flatMap((name) => [
  bad(name, 'negative max_entries', { maxEntries: -1 }, invalid, 'max_entries'),
  ...['1', 'after:', 'after:x', long, '\u0000'].map((startingToken) =>
    bad(name, `the token ${JSON.stringify(startingToken)}`, { startingToken }, 'ABORTED', 'starting_token'),
  ),
]);

describe('bad input', () => {
  for (const { what, refuse, code, texts } of [
    ...wrongFields,
    ...wrongIds,
    ...wrongCapabilities,
    ...wrongCapacities,
    ...others,
    ...wrongPages,
  ]) {
    it(`is answered with ${code}, and ECS is left alone: ${what}`, async () => {
      const harness = startController();

      const { code: answered, message } = await refuse(harness);

      expect(answered).to.equal(code);
      for (const text of texts) {
        expect(message).to.contain(text);
      }
      expect(harness.cloud.calls).to.deep.equal([]);
    });
  }
});
