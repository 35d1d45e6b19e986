import { randomUUID } from 'node:crypto';
import { doctorConfigFrom, type DoctorConfig } from '../config/doctor-config.ts';
import { UsageError, type Environment } from '../config/usage-error.ts';
import { checks } from '../disk/doctor/checks/index.ts';
import { examine } from '../disk/doctor/examine.ts';
import { DiskError } from '../disk/disk-error.ts';
import { isHealthy } from '../disk/doctor/finding.ts';
import { reportJson, reportText } from '../disk/doctor/report-text.ts';
import { systemClock } from '../ecs/clock.ts';
import { startTimeLimit } from '../ecs/time-limit.ts';
import { createKubeDoctor, type KubeDoctor } from '../kube/doctor/kube-doctor.ts';
import { operatorCloud } from './operator-cloud.ts';

/**
 * `csi-datasafe doctor`: compares Kubernetes and ECS, and prints what is wrong and how to mend it. Changes nothing.
 * @returns 0 when everything was looked at and nothing is wrong, else 1.
 * @throws UsageError
 */
export async function doctor(argv: readonly string[], env: Environment): Promise<number> {
  const names = checks.map(({ name }) => name);
  const config = doctorConfigFrom(argv, env, names);
  if ('help' in config) {
    process.stdout.write(config.help);
    return 0;
  }
  const report = await reportFor(config);
  process.stdout.write(config.output === 'json' ? reportJson(report) : reportText(report));
  return isHealthy(report) ? 0 : 1;
}

async function reportFor(config: DoctorConfig) {
  const { driverName, clusterId, ecs } = config;
  using cloud = operatorCloud(config);
  await using cluster = clusterOf(config);
  const parts = {
    cloud,
    cluster,
    driverName,
    clusterId,
    regionId: ecs.regionId,
    now: () => systemClock.now(),
  };
  const timeUp = new DiskError('timed-out', 'the time limit was reached');
  using limit = startTimeLimit(systemClock, config.timeLimitMs, timeUp);
  return await examine(parts, checks, config.skip, { signal: limit.signal, requestId: randomUUID() });
}

function clusterOf({ kubernetes, driverName, clusterId }: DoctorConfig): KubeDoctor {
  try {
    return createKubeDoctor({ access: kubernetes, clock: systemClock, driverName, clusterId });
  } catch (error) {
    throw new UsageError(`--kubernetes: ${error instanceof Error ? error.message : String(error)}`);
  }
}
