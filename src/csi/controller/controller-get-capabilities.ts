import type { ControllerGetCapabilitiesResponse } from '../../generated/csi/v1/ControllerGetCapabilitiesResponse.ts';
import type { UnaryRpc } from '../unary.ts';

const capabilities = [
  'CREATE_DELETE_VOLUME',
  'PUBLISH_UNPUBLISH_VOLUME',
  'LIST_VOLUMES',
  'GET_VOLUME',
  'CLONE_VOLUME',
  'CREATE_DELETE_SNAPSHOT',
  'LIST_SNAPSHOTS',
  'GET_SNAPSHOT',
  'EXPAND_VOLUME',
  'MODIFY_VOLUME',
  'VOLUME_CONDITION',
  'SINGLE_NODE_MULTI_WRITER',
] as const;

/** What this plugin can do. The same in every replica, at all times. */
export function createControllerGetCapabilities(): UnaryRpc<object, ControllerGetCapabilitiesResponse> {
  return () => Promise.resolve({ capabilities: capabilities.map((type) => ({ rpc: { type } })) });
}
