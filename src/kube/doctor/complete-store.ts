import { DiskError } from '../../disk/disk-error.ts';
import type { Metadata, ResourceType } from '../objects.ts';
import type { ListOptions, ObjectStore } from '../store.ts';

/** A store whose lists leave out nothing: an object that cannot be understood makes its list `unreadable`. */
export function completeStore(store: ObjectStore): ObjectStore {
  return {
    ...store,
    async *pages<T extends { readonly metadata: Metadata }>(
      type: ResourceType<T>,
      options: ListOptions,
      call: Parameters<ObjectStore['pages']>[2],
    ) {
      for await (const page of store.pages(type, options, call)) {
        if (page.unreadable > 0) {
          const message = `list ${type.plural}: ${page.unreadable} of them cannot be understood`;
          throw new DiskError('unreadable', message);
        }
        yield page;
      }
    },
  };
}
