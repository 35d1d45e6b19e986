/**
 * The ECS SDK, with as many of its classes as we use: what src/ecs needs of it comes from here. It has over a thousand, in a
 * file each, and reads them all at its start, which takes more memory than everything else that the plugin keeps.
 */
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type * as Sdk from '@alicloud/ecs20140526';

const require = createRequire(import.meta.url);
const sdk = loadSdk();

export const SdkClient = sdk.default;
export const {
  AttachDiskRequest,
  CreateDiskRequest,
  CreateSnapshotGroupRequest,
  CreateSnapshotRequest,
  DeleteDiskRequest,
  DeleteSnapshotGroupRequest,
  DeleteSnapshotRequest,
  DescribeDisksRequest,
  DescribeInstanceTypesRequest,
  DescribeInstancesRequest,
  DescribeSnapshotGroupsRequest,
  DescribeSnapshotsRequest,
  DescribeTasksRequest,
  DetachDiskRequest,
  ListTagResourcesRequest,
  ModifyDiskAttributeRequest,
  ModifyDiskSpecRequest,
  ModifySnapshotAttributeRequest,
  ResizeDiskRequest,
  TagResourcesRequest,
  UntagResourcesRequest,
} = sdk;
export type AttachDiskRequest = Sdk.AttachDiskRequest;
export type CreateDiskRequest = Sdk.CreateDiskRequest;
export type CreateSnapshotGroupRequest = Sdk.CreateSnapshotGroupRequest;
export type CreateSnapshotRequest = Sdk.CreateSnapshotRequest;
export type DeleteDiskRequest = Sdk.DeleteDiskRequest;
export type DeleteSnapshotGroupRequest = Sdk.DeleteSnapshotGroupRequest;
export type DeleteSnapshotRequest = Sdk.DeleteSnapshotRequest;
export type DescribeDisksRequest = Sdk.DescribeDisksRequest;
export type DescribeInstanceTypesRequest = Sdk.DescribeInstanceTypesRequest;
export type DescribeInstancesRequest = Sdk.DescribeInstancesRequest;
export type DescribeSnapshotGroupsRequest = Sdk.DescribeSnapshotGroupsRequest;
export type DescribeSnapshotsRequest = Sdk.DescribeSnapshotsRequest;
export type DescribeTasksRequest = Sdk.DescribeTasksRequest;
export type DetachDiskRequest = Sdk.DetachDiskRequest;
export type ListTagResourcesRequest = Sdk.ListTagResourcesRequest;
export type ModifyDiskAttributeRequest = Sdk.ModifyDiskAttributeRequest;
export type ModifyDiskSpecRequest = Sdk.ModifyDiskSpecRequest;
export type ModifySnapshotAttributeRequest = Sdk.ModifySnapshotAttributeRequest;
export type ResizeDiskRequest = Sdk.ResizeDiskRequest;
export type TagResourcesRequest = Sdk.TagResourcesRequest;
export type UntagResourcesRequest = Sdk.UntagResourcesRequest;

/** Loads the SDK with an index that reads a class when it is asked for. Whoever else loads the SDK gets it as it is. */
function loadSdk(): typeof Sdk.default {
  const index = require.resolve('@alicloud/ecs20140526/dist/models/model.js');
  const client = require.resolve('@alicloud/ecs20140526');
  const kept = { [index]: require.cache[index], [client]: require.cache[client] };
  require.cache[index] = moduleOf(index, lazyIndex(dirname(index)));
  Reflect.deleteProperty(require.cache, client);
  try {
    return require(client) as typeof Sdk.default;
  } finally {
    for (const [path, module] of Object.entries(kept)) {
      if (module === undefined) {
        Reflect.deleteProperty(require.cache, path);
      } else {
        require.cache[path] = module;
      }
    }
  }
}

/** @param directory holds one file for each class that is asked for by name, called like the class. */
function lazyIndex(directory: string): object {
  const index = { __esModule: true };
  for (const file of readdirSync(directory)) {
    if (file.endsWith('.js') && file !== 'model.js') {
      const name = basename(file, '.js');
      const get = () => (require(join(directory, file)) as Readonly<Record<string, unknown>>)[name];
      Object.defineProperty(index, name, { enumerable: true, get });
    }
  }
  return index;
}

function moduleOf(filename: string, exports: object): NodeJS.Module {
  return { id: filename, filename, exports, loaded: true } as NodeJS.Module;
}
