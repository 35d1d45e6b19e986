import { CallTally, type CallCounts } from './call-counts.ts';

/** The counts of a histogram of CSI calls, by method and gRPC status, from the text that Prometheus reads. */
export function csiCallCountsIn(metricName: string, text: string): CallCounts {
  const tally = new CallTally();
  for (const line of text.split('\n').filter((one) => one.startsWith(`${metricName}_count{`))) {
    const method = /method_name="[^"]*\/(\w+)"/.exec(line)?.[1];
    const code = /grpc_status_code="(\w+)"/.exec(line)?.[1];
    const count = /\} (\d+)$/.exec(line)?.[1];
    if (method !== undefined && code !== undefined && count !== undefined) {
      tally.add(method, statusNameOf(code), Number(count));
    }
  }
  return tally.counts();
}

/** Metrics name a status as the sidecars do, `FailedPrecondition`; gRPC says `FAILED_PRECONDITION`. */
function statusNameOf(code: string): string {
  return code.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
}
