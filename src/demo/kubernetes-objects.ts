import { parseAllDocuments } from 'yaml';

/** As much of a Kubernetes object as the demo looks at. */
export interface KubernetesObject {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
  readonly spec?: {
    readonly deletionPolicy?: string;
    readonly source?: { readonly snapshotHandle?: string; readonly volumeSnapshotContentName?: string };
    readonly volumeSnapshotRef?: { readonly name?: string; readonly namespace?: string };
    readonly dataSource?: { readonly kind?: string; readonly name?: string };
  };
}

/** The objects of a text for `kubectl apply -f`. @throws Error when it is not YAML. */
export function objectsIn(text: string): KubernetesObject[] {
  return [...parseAllDocuments(text)].map((document) => {
    if (document.errors[0] !== undefined) {
      throw document.errors[0];
    }
    return (document.toJS() ?? {}) as KubernetesObject;
  });
}

/** The object of a kind; an empty one when there is none. */
export function ofKind(objects: readonly KubernetesObject[], kind: string): KubernetesObject {
  return objects.find((object) => object.kind === kind) ?? {};
}
