import type { Check } from '../check.ts';
import type { Finding } from '../finding.ts';
import type { Looks } from '../looks.ts';

/** What Kubernetes knows of the driver. */
export const csiDriver: Check = {
  name: 'csi-driver',
  finds: 'a CSIDriver object that is missing, or with which no disk is attached',
  reads: 'the CSIDriver object',
  mend: 'apply the one of the chart',
  async examine(looks) {
    const driver = await looks.driver();
    if (driver === undefined) {
      return [missing(looks)];
    }
    return driver.attachRequired ? [] : [attachesNothing(looks)];
  },
};

const whyAttach = 'pods start without their disk: nobody asks csi-attacher to attach it';

function missing({ driverName }: Looks): Finding {
  return {
    what: `there is no CSIDriver ${driverName}`,
    ids: [driverName],
    why: 'Kubernetes goes by its defaults, and the scheduler and the kubelet do not know the driver',
    mend: [
      `helm upgrade with csiDriver.create=true, or: kubectl apply a CSIDriver ${driverName} with attachRequired: true and podInfoOnMount: true`,
    ],
  };
}

function attachesNothing({ driverName }: Looks): Finding {
  return {
    what: `CSIDriver ${driverName} has attachRequired: false`,
    ids: [driverName],
    why: whyAttach,
    mend: [
      `kubectl delete csidriver ${driverName} and apply it anew with attachRequired: true (the field cannot be changed)`,
    ],
  };
}
