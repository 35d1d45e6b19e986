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

/** The error of the domain for an answer that is not a success. Its message is the same each time. */
export function refusalOf(answer: ApiAnswer, request: ApiRequest): DiskError {
  const { kind, text } = meaningOf(answer, request);
  return new DiskError(kind, `${asked(request)}: ${text}`);
}

interface Meaning {
  readonly kind: DiskErrorKind;
  readonly text: string;
}

function meaningOf(answer: ApiAnswer, { verb, resource }: ApiRequest): Meaning {
  const { status } = answer;
  const server = 'the Kubernetes API server';
  switch (status) {
    case 401:
      return {
        kind: 'unauthenticated',
        text: `${server} does not accept the credentials of the plugin; check its service account`,
      };
    case 403: {
      const remedy = `grant ${verb} on ${resource} to the service account of the plugin`;
      return { kind: 'denied', text: `refused by ${server} (403); ${remedy}` };
    }
    case 404:
      return {
        kind: 'unsupported',
        text: `this cluster has no ${resource}; install the CRDs of snapshot.storage.k8s.io and the snapshot-controller`,
      };
    case 408:
    case 409:
    case 410:
    case 429:
      return { kind: 'busy', text: `${server} asks to try again (${status})` };
    default:
      return status >= 400 && status < 500
        ? { kind: 'wrong-state', text: `refused by ${server} (${status}): ${textOf(answer)}` }
        : { kind: 'outcome-unknown', text: `${server} failed (${status})` };
  }
}

/** One line of bounded length. */
function textOf(answer: ApiAnswer): string {
  return (statusOf(answer)?.message ?? '').replaceAll(/\s+/g, ' ').trim().slice(0, 300);
}
