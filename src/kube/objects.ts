import { z } from 'zod';

// What we read of Kubernetes objects, and no more: fields that we do not know are nobody's fault.

export const text = z.string().nullish();
export const texts = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});

export const metadata = z.object({
  name: z.string(),
  namespace: text,
  uid: z.string(),
  resourceVersion: z.string(),
  creationTimestamp: text,
  deletionTimestamp: text,
  labels: texts,
  annotations: texts,
});

export const volumeSchema = z.object({
  metadata,
  spec: z.object({
    csi: z.object({ driver: z.string(), volumeHandle: z.string(), volumeAttributes: texts }).nullish(),
    storageClassName: text,
    volumeMode: text,
    claimRef: z.object({ namespace: text, name: text, uid: text }).nullish(),
  }),
  status: z.object({ phase: text }).nullish(),
});

const dataSource = z
  .object({ apiGroup: text, kind: z.string(), name: z.string(), namespace: text })
  .nullish();

export const claimSchema = z.object({
  metadata,
  spec: z.object({ volumeName: text, dataSource, dataSourceRef: dataSource }),
  status: z
    .object({
      phase: text,
      capacity: texts,
      allocatedResourceStatuses: texts,
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).nullish(),
    })
    .nullish(),
});

export const eventSchema = z.object({ metadata, count: z.number().nullish(), lastTimestamp: text });

export const nodeSchema = z.object({ metadata });

export const namespaceSchema = z.object({ metadata, status: z.object({ phase: text }).nullish() });

export const contentSchema = z.object({
  metadata,
  spec: z.object({
    driver: z.string(),
    deletionPolicy: text,
    source: z.object({ snapshotHandle: text }),
    volumeSnapshotRef: z.object({ namespace: text, name: text, uid: text }),
  }),
  status: z.object({ snapshotHandle: text }).nullish(),
});

export const snapshotSchema = z.object({
  metadata,
  spec: z.object({ source: z.object({ volumeSnapshotContentName: text }) }),
});

export type VolumeObject = z.infer<typeof volumeSchema>;
export type ClaimObject = z.infer<typeof claimSchema>;
export type ContentObject = z.infer<typeof contentSchema>;
export type SnapshotObject = z.infer<typeof snapshotSchema>;
export type Metadata = z.infer<typeof metadata>;

/** A type of object at the API server, and how to read one. */
export interface ResourceType<T extends { readonly metadata: Metadata }> {
  readonly apiVersion: string;
  readonly plural: string;
  readonly schema: z.ZodType<T>;
}

const snapshotApi = 'snapshot.storage.k8s.io/v1';

export const persistentVolumes = { apiVersion: 'v1', plural: 'persistentvolumes', schema: volumeSchema };
export const claims = { apiVersion: 'v1', plural: 'persistentvolumeclaims', schema: claimSchema };
export const events = { apiVersion: 'v1', plural: 'events', schema: eventSchema };
export const nodes = { apiVersion: 'v1', plural: 'nodes', schema: nodeSchema };
export const namespaces = { apiVersion: 'v1', plural: 'namespaces', schema: namespaceSchema };
export const snapshotContents = {
  apiVersion: snapshotApi,
  plural: 'volumesnapshotcontents',
  schema: contentSchema,
};
export const snapshots = { apiVersion: snapshotApi, plural: 'volumesnapshots', schema: snapshotSchema };
