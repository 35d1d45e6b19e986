import { z } from 'zod';
import { metadata, text, texts, volumeSchema } from '../objects.ts';

// What the doctor reads of Kubernetes objects beyond what the plugin reads.

export const doctorVolumes = {
  apiVersion: 'v1',
  plural: 'persistentvolumes',
  schema: volumeSchema.extend({
    // With all that other drivers keep there.
    spec: volumeSchema.shape.spec.extend({ volumeAttributesClassName: text }).loose(),
  }),
};

const storageApi = 'storage.k8s.io/v1';

export const attachments = {
  apiVersion: storageApi,
  plural: 'volumeattachments',
  schema: z.object({
    metadata,
    spec: z.object({
      attacher: z.string(),
      nodeName: z.string(),
      source: z.object({ persistentVolumeName: text }),
    }),
    status: z.object({ attached: z.boolean() }).nullish(),
  }),
};

export const csiNodes = {
  apiVersion: storageApi,
  plural: 'csinodes',
  schema: z.object({
    metadata,
    spec: z.object({
      drivers: z.array(z.object({ name: z.string(), nodeID: z.string() })).nullish(),
    }),
  }),
};

export const storageClasses = {
  apiVersion: storageApi,
  plural: 'storageclasses',
  schema: z.object({ metadata, provisioner: z.string(), parameters: texts }),
};

export const csiDrivers = {
  apiVersion: storageApi,
  plural: 'csidrivers',
  schema: z.object({
    metadata,
    spec: z.object({ attachRequired: z.boolean().nullish(), podInfoOnMount: z.boolean().nullish() }),
  }),
};

const args = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);

export const deployments = {
  apiVersion: 'apps/v1',
  plural: 'deployments',
  schema: z.object({
    metadata,
    spec: z.object({
      replicas: z.number().nullish(),
      template: z.object({
        spec: z.object({
          containers: z.array(
            z.object({
              name: z.string(),
              image: text,
              command: args,
              args,
              env: z
                .array(z.object({ name: z.string(), value: text, valueFrom: z.unknown().optional() }))
                .nullish(),
              envFrom: z.array(z.unknown()).nullish(),
            }),
          ),
        }),
      }),
    }),
  }),
};

export const customResources = {
  apiVersion: 'apiextensions.k8s.io/v1',
  plural: 'customresourcedefinitions',
  schema: z.object({
    metadata,
    spec: z.object({
      group: z.string(),
      names: z.object({ plural: z.string() }),
      versions: z.array(z.object({ name: z.string(), served: z.boolean() })),
    }),
  }),
};

export const groupClasses = {
  plural: 'volumegroupsnapshotclasses',
  schema: z.object({ metadata, driver: z.string() }),
};

export const groupContents = {
  plural: 'volumegroupsnapshotcontents',
  schema: z.object({
    metadata,
    spec: z.object({
      driver: z.string(),
      source: z.object({ groupSnapshotHandles: z.object({ volumeGroupSnapshotHandle: text }).nullish() }),
    }),
    status: z.object({ volumeGroupSnapshotHandle: text }).nullish(),
  }),
};

/** The versions that group snapshots may be served as, the one to be preferred first. */
export const groupApiVersions = ['v1', 'v1beta2'].map((version) => `groupsnapshot.storage.k8s.io/${version}`);
