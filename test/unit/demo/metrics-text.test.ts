import { expect } from 'chai';
import { CallTally, differencesBetween, fieldsOf, totalOf } from '../../../src/demo/call-counts.ts';
import { csiCallCountsIn } from '../../../src/demo/metrics-text.ts';

const text = `# TYPE csi_plugin_operations_seconds histogram
csi_plugin_operations_seconds_bucket{le="0.1",driver_name="d",method_name="/csi.v1.Controller/DeleteVolume",grpc_status_code="OK"} 9
csi_plugin_operations_seconds_sum{driver_name="d",method_name="/csi.v1.Controller/DeleteVolume",grpc_status_code="OK"} 0.5
csi_plugin_operations_seconds_count{driver_name="d",method_name="/csi.v1.Controller/DeleteVolume",grpc_status_code="OK"} 4
csi_plugin_operations_seconds_count{driver_name="d",method_name="/csi.v1.Controller/DeleteVolume",grpc_status_code="FailedPrecondition"} 1
other_seconds_count{method_name="/csi.v1.Controller/CreateVolume",grpc_status_code="OK"} 7
`;

function made(...calls: [name: string, code: string][]) {
  const tally = new CallTally();
  calls.forEach(([name, code]) => {
    tally.add(name, code);
  });
  return tally.counts();
}

describe('csiCallCountsIn', () => {
  it('reads the counts of one histogram by method and status', () => {
    const counts = csiCallCountsIn('csi_plugin_operations_seconds', text);

    expect(fieldsOf(counts)).to.deep.equal({ DeleteVolume: '4 OK, 1 FAILED_PRECONDITION' });
    expect(totalOf(counts, 'DeleteVolume')).to.equal(5);
  });

  it('finds nothing where the histogram is missing', () => {
    expect(csiCallCountsIn('absent_seconds', text).size).to.equal(0);
  });
});

describe('differencesBetween', () => {
  it('is empty for equal counts in any order', () => {
    const one = made(['Probe', 'OK'], ['CreateVolume', 'OK'], ['CreateVolume', 'ABORTED']);
    const other = made(['CreateVolume', 'ABORTED'], ['CreateVolume', 'OK'], ['Probe', 'OK']);

    expect(differencesBetween(one, other)).to.deep.equal([]);
  });

  it('names calls that one side lacks, has more of, or saw answered otherwise', () => {
    const one = made(['Probe', 'OK'], ['Probe', 'OK'], ['CreateVolume', 'OK']);
    const other = made(['Probe', 'OK'], ['CreateVolume', 'ABORTED']);

    expect(differencesBetween(one, other)).to.deep.equal([
      'Probe OK: made 2, counted 1',
      'CreateVolume OK: made 1, counted 0',
      'CreateVolume ABORTED: made 0, counted 1',
    ]);
  });
});
