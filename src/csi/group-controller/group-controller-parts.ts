import type { GroupParts } from '../../disk/groups/group-parts.ts';
import type { OperationLock } from '../operation-lock.ts';

/** What the GroupController's RPCs are made of. */
export interface GroupControllerParts extends GroupParts {
  readonly lock: OperationLock;
  readonly warn: (details: object, message: string) => void;
}
