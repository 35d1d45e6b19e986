import type { SpawnedProcess } from './spawned-process.ts';

/** Lets a process be looked into from its start: a variable of its environment. */
export const inspectable = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };

/** What is only weakly held, such as signals that were joined, goes one after the other. */
const rounds = 5;

interface Reply {
  readonly id?: number;
  readonly result?: { readonly usedSize?: number };
}

/** The bytes in use on the heap of a process that was started `inspectable`, once all garbage is collected. */
export async function liveHeapBytes(process: SpawnedProcess): Promise<number> {
  const [, url = ''] = await process.waitForOutput(/Debugger listening on (ws:\S+)/);
  const socket = new WebSocket(url);
  try {
    await once(socket, 'open');
    await ask(socket, 1, 'HeapProfiler.enable');
    for (let round = 0; round < rounds; round += 1) {
      await ask(socket, 2 + round, 'HeapProfiler.collectGarbage');
    }
    const { usedSize } = await ask(socket, 2 + rounds, 'Runtime.getHeapUsage');
    if (usedSize === undefined) {
      throw new Error('the process does not tell how much of its heap it uses');
    }
    return usedSize;
  } finally {
    socket.close();
  }
}

async function ask(socket: WebSocket, id: number, method: string): Promise<NonNullable<Reply['result']>> {
  const { promise, resolve } = Promise.withResolvers<NonNullable<Reply['result']>>();
  const listen = ({ data }: MessageEvent) => {
    const reply = JSON.parse(String(data)) as Reply;
    if (reply.id === id) {
      resolve(reply.result ?? {});
    }
  };
  socket.addEventListener('message', listen);
  socket.send(JSON.stringify({ id, method }));
  try {
    return await promise;
  } finally {
    socket.removeEventListener('message', listen);
  }
}

function once(socket: WebSocket, event: 'open'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.addEventListener(event, () => resolve(), { once: true });
    socket.addEventListener('error', () => reject(new Error(`no way to the inspector ${socket.url}`)), {
      once: true,
    });
  });
}
