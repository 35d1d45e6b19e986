import { ListTagResourcesRequest, TagResourcesRequest, UntagResourcesRequest } from './sdk.ts';
import type { ListTagResourcesResponseBody } from '@alicloud/ecs20140526';
import type { Call } from '../disk/call.ts';
import type { Tag } from '../disk/disk.ts';
import { DiskError, isDiskError } from '../disk/disk-error.ts';
import type { EcsClient } from './client.ts';
import type { SendRequest } from './ecs-request.ts';
import { readPages } from './pages.ts';
import { fields, textOrUndefined } from './sdk-types.ts';

/** What the tag actions of ECS call the three nouns. */
type ResourceType = 'disk' | 'snapshot' | 'snapshotgroup';

export interface TaggedResources {
  /** The ids of all that carry the tag, sorted. Unlike a Describe by tag, which stops at 1,000, this list is complete. */
  listIds(resourceType: ResourceType, tag: Tag, call: Call): Promise<string[]>;
  /**
   * Proof that a resource is gone. An empty Describe is none: whoever lacks the right to see a resource gets the same answer.
   * So ECS is asked to take a tag off it that nobody ever puts on: harmless to a resource that exists, and refused with
   * `InvalidResourceId.NotFound` for one that does not.
   *
   * @returns false when the resource exists, although it was not shown.
   */
  isProvenAbsent(resourceType: ResourceType, id: string, call: Call): Promise<boolean>;
  /** Puts tags on a resource, all or none; those of the same keys are replaced. */
  tag(resourceType: ResourceType, id: string, tags: readonly Tag[], call: Call): Promise<void>;
  untag(resourceType: ResourceType, id: string, keys: readonly string[], call: Call): Promise<void>;
}

const probeTagKey = 'csi.alibabacloud.com/absence-probe';

export function createTaggedResources(client: EcsClient, send: SendRequest): TaggedResources {
  return {
    async listIds(resourceType, tag, call) {
      const asked = `list ${resourceType}s tagged ${tag.key}`;
      const ids = await readPages(async (nextToken) => {
        const request = new ListTagResourcesRequest(
          fields<ListTagResourcesRequest>({ resourceType, tag: [tag], nextToken }),
        );
        const action = 'ListTagResources';
        const body = await send(
          { action, asked, effect: 'read', isComplete, send: () => client.listTagResources(request) },
          call,
        );
        const ids = (body.tagResources?.tagResource ?? []).flatMap(({ resourceId }) => resourceId ?? []);
        return { items: ids, nextToken: textOrUndefined(body.nextToken) };
      });
      return [...new Set(ids)].sort();
    },

    async tag(resourceType, id, tags, call) {
      const request = new TagResourcesRequest(
        fields<TagResourcesRequest>({ resourceType, resourceId: [id], tag: tags }),
      );
      const asked = `tag ${resourceType} ${id} with ${tags.map(({ key }) => key).join(', ')}`;
      const tagIt = () => client.tagResources(request);
      await send({ action: 'TagResources', asked, resourceId: id, effect: 'change', send: tagIt }, call);
    },

    async untag(resourceType, id, keys, call) {
      const request = new UntagResourcesRequest(
        fields<UntagResourcesRequest>({ resourceType, resourceId: [id], tagKey: keys }),
      );
      const asked = `take ${keys.join(', ')} off ${resourceType} ${id}`;
      const untagIt = () => client.untagResources(request);
      await send({ action: 'UntagResources', asked, resourceId: id, effect: 'change', send: untagIt }, call);
    },

    async isProvenAbsent(resourceType, id, call) {
      const request = new UntagResourcesRequest(
        fields<UntagResourcesRequest>({ resourceType, resourceId: [id], tagKey: [probeTagKey] }),
      );
      const action = 'UntagResources';
      const asked = `prove that ${resourceType} ${id} is gone`;
      try {
        const probe = () => client.untagResources(request);
        await send({ action, asked, resourceId: id, effect: 'read', send: probe }, call);
        return false;
      } catch (error) {
        if (isDiskError(error, 'not-found')) {
          return true;
        }
        throw isDiskError(error, 'denied') ? unreadable(error) : error;
      }
    },
  };
}

/** The probe is a look: without the right to it, nothing is known. */
function unreadable(error: DiskError): DiskError {
  return new DiskError('unreadable', error.message, {
    code: error.code,
    action: error.action,
    requestId: error.requestId,
    cause: error,
  });
}

/** An answer without a list is not an empty list. */
function isComplete(body: ListTagResourcesResponseBody): boolean {
  return body.tagResources?.tagResource !== undefined;
}
