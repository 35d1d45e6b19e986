import type { GroupControllerGetCapabilitiesResponse } from '../../generated/csi/v1/GroupControllerGetCapabilitiesResponse.ts';
import type { UnaryRpc } from '../unary.ts';

/** What the GroupController can do. The same in every replica, at all times. */
export function createGroupControllerGetCapabilities(): UnaryRpc<
  object,
  GroupControllerGetCapabilitiesResponse
> {
  return () =>
    Promise.resolve({ capabilities: [{ rpc: { type: 'CREATE_DELETE_GET_VOLUME_GROUP_SNAPSHOT' } }] });
}
