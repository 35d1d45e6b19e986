import { loadPackageDefinition } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { loadProtosWithOptionsSync } from '@grpc/proto-loader/build/src/util.js';
import { fileURLToPath } from 'node:url';
import type { ProtoGrpcType } from '../generated/csi.ts';

/** Where the contract lies; the same relative path from `src/csi` and from `dist/csi`. */
export const CSI_PROTO_FILE = fileURLToPath(new URL('../../proto/csi.proto', import.meta.url));

/** How messages look in our code. `npm run generate` is given the same options, or the types would lie. */
export const LOADER_OPTIONS = { longs: String, enums: String, defaults: true, oneofs: true } as const;

/** The loaded CSI contract. */
export interface CsiProto {
  /** The services of package `csi.v1`, each with its `service` definition and its client class. */
  readonly v1: ProtoGrpcType['csi']['v1'];
  /**
   * Names (camelCase) of the fields of a message that the standard marks `csi_secret`. Nested messages are
   * named `Outer.Inner`. Throws when there is no such message.
   */
  readonly secretFieldsOf: (messageName: string) => readonly string[];
}

type Root = ReturnType<typeof loadProtosWithOptionsSync>;
type NestedItems = NonNullable<ReturnType<Root['toJSON']>['nested']>;

/** Reads `proto/csi.proto`. Takes some 50 ms: do it once, at start. Throws when the file is missing or malformed. */
export function loadCsiProto(): CsiProto {
  // proto-loader's public calls drop custom options such as csi_secret; the tree they are made from has them.
  const tree = loadProtosWithOptionsSync(CSI_PROTO_FILE, LOADER_OPTIONS);
  // ProtoGrpcType is generated from the very file that was just loaded: this is where the two meet.
  const grpcObject = loadPackageDefinition(
    fromJSON(tree.toJSON(), LOADER_OPTIONS),
  ) as unknown as ProtoGrpcType;
  const secretFields = secretFieldsByMessage(tree.lookup('csi.v1'));
  return {
    v1: grpcObject.csi.v1,
    secretFieldsOf: (messageName) => {
      const fields = secretFields.get(messageName);
      if (fields === undefined) {
        throw new Error(`csi.v1 has no message ${messageName}: name a message of proto/csi.proto`);
      }
      return fields;
    },
  };
}

function secretFieldsByMessage(packageTree: ReturnType<Root['lookup']>): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  const collect = (items: NestedItems, prefix: string): void => {
    for (const [name, item] of Object.entries(items)) {
      if (!('fields' in item)) {
        continue;
      }
      const fields = Object.entries(item.fields);
      const secret = fields.filter(([, field]) => field.options?.['(csi_secret)'] === true);
      found.set(
        prefix + name,
        secret.map(([fieldName]) => fieldName),
      );
      collect(item.nested ?? {}, `${prefix}${name}.`);
    }
  };
  collect((packageTree?.toJSON() as { nested?: NestedItems } | undefined)?.nested ?? {}, '');
  return found;
}
