import { expect } from 'chai';
import type { DiskError, DiskErrorKind } from '../../../src/disk/disk-error.ts';
import type { KubeObject } from '../../support/kube-api/kube-api.ts';
import { rejection, type Setup } from './set-up.ts';

export const contentName = 'd-1-delprotect-content';
export const snapshotName = 'd-1-delprotect';

/** The record of the protection that `protectionOf('d-1')` asks for. */
export const recorded = {
  diskId: 'd-1',
  snapshotId: 's-1',
  contentName,
  snapshotName,
  namespace: 'default',
  expiresAt: new Date('2026-03-04T09:59:00Z'),
};

/** All contents and VolumeSnapshots at the server, contents first. */
export async function objects({ api }: Setup): Promise<KubeObject[]> {
  return [...(await api.objects('volumesnapshotcontents')), ...(await api.objects('volumesnapshots'))];
}

/** The one content and the one VolumeSnapshot at the server. */
export async function pair(setup: Setup): Promise<[content: KubeObject, snapshot: KubeObject]> {
  const [content, snapshot, ...more] = await objects(setup);
  if (content?.kind !== 'VolumeSnapshotContent' || snapshot?.kind !== 'VolumeSnapshot' || more.length > 0) {
    throw new Error('expected one content and one VolumeSnapshot');
  }
  return [content, snapshot];
}

/** What changed anything at the server, in its order. */
export async function writes({ api }: Setup): Promise<string[]> {
  const requests = await api.requests();
  return requests
    .filter(({ verb }) => !['get', 'list', 'watch'].includes(verb))
    .map(({ verb, resource }) => `${verb} ${resource}`);
}

/** Expects a DiskError of the kind. @returns its message. */
export async function refusal(promise: Promise<unknown>, kind: DiskErrorKind): Promise<string> {
  const error = (await rejection(promise)) as DiskError;
  expect(error.kind, error.message).to.equal(kind);
  return error.message;
}

export function withSpec(object: KubeObject, spec: object): KubeObject {
  return { ...object, spec: { ...(object['spec'] as object), ...spec } };
}

export function withMetadata(object: KubeObject, metadata: object): KubeObject {
  return { ...object, metadata: { ...object.metadata, ...metadata } };
}
