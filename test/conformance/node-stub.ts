import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import type { NodeGetInfoResponse } from '../../src/generated/csi/v1/NodeGetInfoResponse.ts';
import { topologyKeys } from '../../src/csi/topology.ts';

/** The node that the stub pretends to run on. */
export interface StubNode {
  readonly instanceId: string;
  readonly zoneId: string;
  /** How many volumes fit on the node beside what it needs itself. */
  readonly maxVolumes: number;
}

type Answer = (call: ServerUnaryCall<unknown, unknown>, callback: sendUnaryData<object>) => void;

/**
 * As much of a Node service as csi-sanity needs around its controller specs: it asks every driver for node
 * capabilities and a node id, and unpublishes each volume at the node before it deletes it. There is nothing behind
 * it: this product has no node service, so csi-sanity's own specs of it are skipped (skips.ts).
 */
export function nodeStub({ instanceId, zoneId, maxVolumes }: StubNode): Record<string, Answer> {
  const info: NodeGetInfoResponse = {
    nodeId: instanceId,
    maxVolumesPerNode: maxVolumes,
    accessibleTopology: { segments: { [topologyKeys.zone]: zoneId } },
  };
  return {
    NodeGetCapabilities: answer({ capabilities: [] }),
    NodeGetInfo: answer(info),
    NodeStageVolume: answer({}),
    NodeUnstageVolume: answer({}),
    NodePublishVolume: answer({}),
    NodeUnpublishVolume: answer({}),
  };
}

function answer(message: object): Answer {
  return (_call, callback) => {
    callback(null, message);
  };
}
