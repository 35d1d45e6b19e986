import { defineAction } from '../action.ts';
import {
  clientToken,
  description,
  resourceGroupId,
  retentionDays,
  snapshotName,
} from '../parameters/names.ts';
import { tags } from '../parameters/repeated.ts';
import { required, text } from '../parameters/scalars.ts';
import { findDisk } from '../rules/find.ts';
import { checkCanSnapshot, enterSnapshot } from '../rules/snapshots.ts';

export const createSnapshot = defineAction({
  name: 'CreateSnapshot',
  parameters: {
    DiskId: required(text()),
    SnapshotName: snapshotName(),
    Description: description(),
    RetentionDays: retentionDays(),
    ResourceGroupId: resourceGroupId(),
    Tag: tags(),
    ClientToken: clientToken(),
  },
  tokenBusyCode: 'IdempotentProcessing',
  // The instant-access parameters have had no effect since 2023.
  accepts: ['InstantAccess', 'InstantAccessRetentionDays', 'Category'],
  refuses: ['StorageLocationArn'],
  run: (values, context) => {
    const disk = findDisk(context, values.DiskId);
    checkCanSnapshot(context, disk, false);
    const snapshot = enterSnapshot(context, disk, {
      name: values.SnapshotName ?? '',
      description: values.Description ?? '',
      retentionDays: values.RetentionDays ?? null,
      resourceGroupId: values.ResourceGroupId ?? '',
      tags: values.Tag,
      groupId: '',
    });
    return { SnapshotId: snapshot.id };
  },
});
