import { DiskError } from '../../disk/disk-error.ts';

/** Why keys could not be had, in words that hold no secret. */
export class CredentialProblem extends Error {
  /** It may well pass by itself. */
  readonly isTransient: boolean;

  constructor(text: string, isTransient = false) {
    super(text);
    this.name = 'CredentialProblem';
    this.isTransient = isTransient;
  }
}

/**
 * Turns a failed fetch into the error of the domain. Neither the text nor the cause of the original is kept: the SDK quotes whole
 * files and answers, with the keys in them.
 */
export function toCredentialError(kind: string, error: unknown): DiskError {
  if (error instanceof DiskError) {
    return error;
  }
  const problem = toCredentialProblem(error);
  return new DiskError(
    problem.isTransient ? 'outcome-unknown' : 'unauthenticated',
    `no keys from the credentials of kind ${kind}: ${problem.message}`,
  );
}

/** What may be told of an error that an SDK provider or a file operation threw. */
export function toCredentialProblem(error: unknown): CredentialProblem {
  if (error instanceof CredentialProblem) {
    return error;
  }
  if (error instanceof DiskError) {
    return new CredentialProblem(error.message, error.kind === 'outcome-unknown');
  }
  if (!(error instanceof Error)) {
    return new CredentialProblem('the fetch failed');
  }
  return systemProblem(error) ?? answerProblem(error) ?? new CredentialProblem('the fetch failed');
}

function systemProblem(error: NodeJS.ErrnoException): CredentialProblem | undefined {
  if (error.code !== undefined && error.path !== undefined) {
    return new CredentialProblem(`file ${error.path} cannot be read (${error.code})`);
  }
  if (error.code !== undefined) {
    return new CredentialProblem(`the service that hands them out cannot be reached (${error.code})`, true);
  }
  if (error.name.startsWith('RequestTimeout')) {
    return new CredentialProblem('the service that hands them out did not answer in time', true);
  }
  return undefined;
}

const passing = /^(Throttling|ServiceUnavailable|InternalError)/;

function answerProblem(error: Error): CredentialProblem | undefined {
  const status = /httpStatus: (\d{3})/.exec(error.message)?.[1];
  if (status !== undefined) {
    return new CredentialProblem(
      `the service that hands them out answered with status ${status}`,
      Number(status) >= 500,
    );
  }
  const code = /"Code"\s*:\s*"([\w.]{1,80})"/.exec(error.message)?.[1];
  if (code !== undefined) {
    return new CredentialProblem(`the service that hands them out refused (${code})`, passing.test(code));
  }
  if (error.message === 'IMDS credentials is disabled') {
    return new CredentialProblem(
      'ALIBABA_CLOUD_ECS_METADATA_DISABLED forbids requests to the metadata service; unset it, or choose another kind',
    );
  }
  if (/get (sts token|role name)|retrieving credentials/.test(error.message)) {
    return new CredentialProblem('the service that hands them out gave no usable answer');
  }
  return undefined;
}
