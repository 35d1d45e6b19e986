import { pollUntil } from './poll.ts';
import { finding, type Stage } from './stage.ts';

/** What a guard has told the user. Without Kubernetes it stands in the log of the plugin. */
export interface GuardEvent {
  readonly reason: string;
  readonly diskId: string;
  readonly message: string;
}

const limitMs = 5000;

/** The events among the lines of a log. */
export function guardEventsIn(lines: readonly string[]): GuardEvent[] {
  return lines.flatMap((line) => {
    const { event, disk, msg } = fieldsOf(line);
    return typeof event === 'string' && typeof disk === 'string' && typeof msg === 'string'
      ? [{ reason: event, diskId: disk, message: msg }]
      : [];
  });
}

function fieldsOf(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Shows the last event of this reason about a disk. @returns its text. @throws Error when there is none. */
export async function showEvent(stage: Stage, reason: string, diskId: string): Promise<string> {
  const { process } = finding(stage, 'plugin');
  const events = await pollUntil(
    () => Promise.resolve(guardEventsIn(process.lines()).filter(isMeant)),
    (found) => found.length > 0,
    limitMs,
  );
  const message = events.at(-1)?.message;
  if (message === undefined) {
    throw new Error(`the plugin has reported no event ${reason} about disk ${diskId}`);
  }
  stage.screen.say('event', reason);
  stage.screen.fields({ message: wrap(message) });
  return message;

  function isMeant(event: GuardEvent): boolean {
    return event.reason === reason && event.diskId === diskId;
  }
}

const lineWidth = 90;

/** Long texts over several lines, broken between words. */
function wrap(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + word.length >= lineWidth) {
      lines.push(word);
    } else {
      lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
    }
  }
  return lines.join('\n');
}
