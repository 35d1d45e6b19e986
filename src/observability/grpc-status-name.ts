/** gRPC status names as Go prints them, by number: the sidecars' own metrics use these. */
const NAMES = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
] as const;

/** The name of a gRPC status in the sidecars' spelling, such as `NotFound` for 5; `Code(99)` for one that has none. */
export function grpcStatusName(status: number): string {
  return NAMES[status] ?? `Code(${status})`;
}
