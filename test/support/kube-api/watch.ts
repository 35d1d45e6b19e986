import type { ServerResponse } from 'node:http';

import { ApiStatus, badRequest } from './api-status.ts';
import type { Change, ObjectStore } from './object-store.ts';
import { selects, type ApiCall } from './verbs.ts';

/** Streams the changes of a type until the client goes, the time asked for is over, or it is ended. */
export interface RunningWatch {
  bookmark(): void;
  /** Ends it in order, or cuts the connection. */
  end(how: 'close' | 'cut'): void;
}

export function startWatch(store: ObjectStore, call: ApiCall, response: ServerResponse): RunningWatch {
  const { target, query } = call;
  const version = query.get('resourceVersion');
  if (version === null || !/^\d+$/.test(version)) {
    throw badRequest('this server wants the resourceVersion of a list for a watch');
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  const send = (type: string, object: unknown) => response.write(`${JSON.stringify({ type, object })}\n`);
  const tell = ({ type, plural, object }: Change) => {
    const isMeant =
      plural === target.resource.plural &&
      (target.namespace === undefined || target.namespace === object.metadata.namespace) &&
      selects(query.get('labelSelector'), object);
    if (isMeant) {
      send(type, object);
    }
  };
  const seconds = Number(query.get('timeoutSeconds') ?? 1800);
  const stopListening = store.onChange(tell);
  const timer = setTimeout(() => response.end(), seconds * 1000);
  response.once('close', () => {
    stopListening();
    clearTimeout(timer);
  });
  try {
    store.changesSince(Number(version)).forEach(tell);
  } catch (error) {
    if (!(error instanceof ApiStatus)) {
      throw error;
    }
    send('ERROR', error);
    response.end();
  }
  return {
    bookmark() {
      const { apiVersion, kind } = target.resource;
      send('BOOKMARK', { apiVersion, kind, metadata: { resourceVersion: String(store.version) } });
    },
    end(how) {
      if (how === 'close') {
        response.end();
      } else {
        response.destroy();
      }
    },
  };
}
