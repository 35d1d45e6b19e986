import type { Clock } from './clock.ts';

export interface LineOptions {
  readonly clock: Clock;
  /** The stream is given up when nothing comes for so long. */
  readonly silenceMs: number;
}

/**
 * The lines of a text stream as they arrive; half a line at the end is dropped. Ends quietly when nothing has come for
 * `silenceMs`, throws when the stream breaks.
 */
export async function* readLines(
  stream: ReadableStream<Uint8Array>,
  options: LineOptions,
): AsyncGenerator<string, void, undefined> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const chunk = await nextChunk(reader, options);
      if (chunk === undefined) {
        return;
      }
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      yield* lines.filter((line) => line.trim() !== '');
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function nextChunk(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  { clock, silenceMs }: LineOptions,
): Promise<Uint8Array | undefined> {
  const done = new AbortController();
  const silence = clock.sleep(silenceMs, done.signal).then(
    () => undefined,
    () => undefined,
  );
  try {
    const read = reader.read().then(({ done: isOver, value }) => (isOver ? undefined : value));
    return await Promise.race([read, silence]);
  } finally {
    done.abort();
  }
}
