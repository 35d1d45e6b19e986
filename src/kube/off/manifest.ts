import { parseAllDocuments, stringify } from 'yaml';
import { z } from 'zod';
import { annotationOf, type NewSnapshot, type NewSnapshotContent } from '../protection-objects.ts';

/** The two objects of a protection, as read from a file. */
export interface Manifest {
  readonly content: z.infer<typeof contentSchema>;
  readonly snapshot: z.infer<typeof snapshotSchema>;
}

const texts = z.record(z.string(), z.string());
const apiVersion = z.literal('snapshot.storage.k8s.io/v1');

const contentSchema = z.object({
  apiVersion,
  kind: z.literal('VolumeSnapshotContent'),
  metadata: z.object({ name: z.string(), labels: texts.default({}), annotations: texts.default({}) }),
  spec: z.object({
    driver: z.string(),
    source: z.object({ snapshotHandle: z.string() }),
    volumeSnapshotRef: z.object({ name: z.string(), namespace: z.string() }),
  }),
});

const snapshotSchema = z.object({
  apiVersion,
  kind: z.literal('VolumeSnapshot'),
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({ source: z.object({ volumeSnapshotContentName: z.string() }) }),
});

/** A file for `kubectl apply -f`. Equal objects give equal texts. */
export function renderManifest(content: NewSnapshotContent, snapshot: NewSnapshot): string {
  const expiry = content.metadata.annotations[annotationOf.expiresAt] ?? 'it is deleted by hand';
  const notes = [
    `# Disk ${content.metadata.annotations[annotationOf.diskId] ?? ''} was deleted. Until ${expiry} it can be restored from`,
    `# the snapshot ${content.spec.source.snapshotHandle}: apply this file, then name the VolumeSnapshot as the`,
    '# dataSource of a new PersistentVolumeClaim.',
  ];
  return `${notes.join('\n')}\n${stringify(content)}---\n${stringify(snapshot)}`;
}

/** The objects of a file; `undefined` when it holds anything but a content and its VolumeSnapshot. */
export function parseManifest(text: string): Manifest | undefined {
  const documents = [...parseAllDocuments(text)];
  if (documents.length !== 2 || documents.some((document) => document.errors.length > 0)) {
    return undefined;
  }
  const [first, second] = documents.map((document): unknown => document.toJS());
  const content = contentSchema.safeParse(first).data;
  const snapshot = snapshotSchema.safeParse(second).data;
  return content === undefined || snapshot === undefined ? undefined : { content, snapshot };
}
