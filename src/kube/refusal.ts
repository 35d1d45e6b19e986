import { z } from 'zod';
import { DiskError, type DiskErrorKind } from '../disk/disk-error.ts';
import { asked, type ApiAnswer, type ApiRequest } from './api.ts';

const statusSchema = z.object({
  kind: z.literal('Status'),
  reason: z.string().default(''),
  message: z.string().default(''),
  details: z
    .object({
      name: z.string().optional(),
      kind: z.string().optional(),
      causes: z.array(z.object({ reason: z.string().optional() })).nullish(),
    })
    .nullish(),
});

type KubeStatus = z.infer<typeof statusSchema>;

function statusOf({ body }: ApiAnswer): KubeStatus | undefined {
  return statusSchema.safeParse(body).data;
}

/** Whether the answer says that the object, not its whole type, is missing. */
export function isObjectAbsent(answer: ApiAnswer): boolean {
  return answer.status === 404 && (statusOf(answer)?.details?.name ?? '') !== '';
}

/** Whether a create was refused because the namespace does not exist, or is being removed. */
export function isNamespaceGone(answer: ApiAnswer): boolean {
  const details = statusOf(answer)?.details;
  return answer.status === 404
    ? details?.kind === 'namespaces'
    : answer.status === 403 &&
        details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') === true;
}

export function isAlreadyExists(answer: ApiAnswer): boolean {
  return answer.status === 409 && statusOf(answer)?.reason === 'AlreadyExists';
}

/**
 * What a webhook, a policy or a quota has refused. No right is missing, and another namespace may take the same.
 */
export class AdmissionError extends DiskError {}

/** The error of the domain for an answer that is not a success. Its message is the same each time. */
export function refusalOf(answer: ApiAnswer, request: ApiRequest): DiskError {
  const admission = admissionOf(answer);
  if (admission !== undefined) {
    return new AdmissionError(admission.kind, `${asked(request)}: ${admission.text}`);
  }
  const { kind, text } = meaningOf(answer, request);
  return new DiskError(kind, `${asked(request)}: ${text}`);
}

interface Meaning {
  readonly kind: DiskErrorKind;
  readonly text: string;
}

const server = 'the Kubernetes API server';
/** Statuses after which the same may pass a moment later, whoever gave them. */
const passing = [408, 409, 410, 429];

function meaningOf(answer: ApiAnswer, { verb, resource }: ApiRequest): Meaning {
  const { status } = answer;
  if (passing.includes(status)) {
    return { kind: 'busy', text: `${server} asks to try again (${status})` };
  }
  switch (status) {
    case 401:
      return {
        kind: 'unauthenticated',
        text: `${server} does not accept the credentials of the plugin; check its service account`,
      };
    case 403: {
      const why = isMissingRight(answer) ? '' : steady(lineOf(answer));
      const remedy = `grant ${verb} on ${resource} to the service account of the plugin`;
      return { kind: 'denied', text: `refused by ${server} (403)${why === '' ? '' : `: ${why}`}; ${remedy}` };
    }
    case 404:
      return {
        kind: 'unsupported',
        text: `this cluster has no ${resource}; install the CRDs of snapshot.storage.k8s.io and the snapshot-controller`,
      };
    default:
      return status >= 400 && status < 500
        ? { kind: 'wrong-state', text: `refused by ${server} (${status}): ${bounded(lineOf(answer))}` }
        : { kind: 'outcome-unknown', text: `${server} failed (${status})` };
  }
}

/** Who may do this, and has been stopped on the way: by whom, in words that stay the same. */
function admissionOf(answer: ApiAnswer): Meaning | undefined {
  const { status } = answer;
  const text = lineOf(answer).replace(/^\S+ "[^"]*" is forbidden: /, '');
  if (status >= 500) {
    const [, webhook] = /failed calling webhook "([^"]+)"/.exec(text) ?? [];
    const failed = `${server} failed (${status}): it cannot call the webhook ${webhook ?? ''}; mend or remove that`;
    return webhook === undefined ? undefined : { kind: 'outcome-unknown', text: failed };
  }
  if (status < 400 || passing.includes(status)) {
    return undefined;
  }
  const why = whyStopped(answer, text);
  const kind = status === 403 ? 'denied' : 'wrong-state';
  return why === undefined ? undefined : { kind, text: `refused by ${server} (${status}): ${why}` };
}

/** Who or what has stopped the request, where that was none of the rights. */
function whyStopped(answer: ApiAnswer, text: string): string | undefined {
  // What is used of a quota, which stands behind its name, changes.
  const [, quota] = /^exceeded quota: ([^,\s]+)/.exec(text) ?? [];
  if (quota !== undefined) {
    return `exceeded quota ${quota}; raise it`;
  }
  const remedy = 'let the service account of the plugin pass there';
  const [, who, why = ''] = /^(.*? denied (?:the )?request)\b(.*)$/.exec(text) ?? [];
  if (who !== undefined) {
    return `${who}${steady(why)}; ${remedy}`;
  }
  const isBehindRights =
    answer.status === 403 && lineOf(answer).includes(' is forbidden: ') && !isMissingRight(answer);
  return isBehindRights ? `${steady(text)}; ${remedy}` : undefined;
}

function isMissingRight(answer: ApiAnswer): boolean {
  return /\bcannot \w+ (resource|path)\b/.test(lineOf(answer));
}

/** Without what may be another one each time: numbers, times, ids. Cut only then, or the end would move with them. */
function steady(text: string): string {
  return bounded(text.replaceAll(/\S*\d\S*/g, '…'));
}

function bounded(text: string): string {
  return text.slice(0, 300);
}

/** What the server says, in one line. */
function lineOf(answer: ApiAnswer): string {
  return (statusOf(answer)?.message ?? '').replaceAll(/\s+/g, ' ').trim();
}
