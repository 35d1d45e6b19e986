import {
  booleanValue,
  count,
  countByAction,
  listOf,
  oneOf,
  SettingError,
  text,
  textList,
} from './setting-values.ts';

/** A key pair that may sign requests; with a security token it is a temporary (STS) one. */
export interface Account {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken: string;
  /** The cloud account that the key belongs to; tokens and request quotas are counted per account. */
  readonly accountId: string;
  /** True makes every use of the security token fail as expired. */
  readonly isExpired: boolean;
}

/** Rights that one key lacks. */
export interface RamPolicy {
  readonly accessKeyId: string;
  /** Actions that are refused with Forbidden.RAM; `*` refuses all. */
  readonly deniedActions: readonly string[];
  /** True makes Describe and List actions answer empty lists, as ECS does for rights on a resource group only. */
  readonly isInvisible: boolean;
}

/** Each setting: its default and how a new value is checked. Times are milliseconds of the emulator's clock. */
const definitions = {
  // How long things take.
  createDiskMs: setting(200, count),
  attachMs: setting(200, count),
  attachVisibleAfterMs: setting(50, count),
  detachMs: setting(200, count),
  cutMs: setting(200, count),
  availableAfterCutMs: setting(0, count),
  uploadMs: setting(1500, count),
  modifySpecMs: setting(500, count),
  /** Real time that passes before an action is carried out, by action; `*` is for all others. */
  latencyMs: setting<Readonly<Record<string, number>>>({}, countByAction),

  // What ECS does where its documents are unclear.
  resizeDuringUpload: setting<'refuse' | 'allow'>('refuse', oneOf('refuse', 'allow')),
  deleteDuringUpload: setting<'refuse' | 'allow'>('allow', oneOf('refuse', 'allow')),
  modifySpecDuringUpload: setting<'refuse' | 'allow'>('refuse', oneOf('refuse', 'allow')),
  smallerThanSnapshot: setting<'enlarge' | 'refuse'>('enlarge', oneOf('enlarge', 'refuse')),
  deleteMissing: setting<'ignore' | 'refuse'>('ignore', oneOf('ignore', 'refuse')),
  deleteMissingGroup: setting<'ignore' | 'InvalidSnapshotId.NotFound' | 'InvalidSnapshotGroupId.NotFound'>(
    'InvalidSnapshotId.NotFound',
    oneOf('ignore', 'InvalidSnapshotId.NotFound', 'InvalidSnapshotGroupId.NotFound'),
  ),
  deleteGroupWithUsedMembers: setting<'delete' | 'keep'>('delete', oneOf('delete', 'keep')),
  groupMark: setting<'description' | 'name' | 'both'>('description', oneOf('description', 'name', 'both')),
  groupTagsOnMembers: setting(false, booleanValue),
  taskIdForLevelChange: setting(false, booleanValue),
  instantAccessCategories: setting<readonly string[]>(
    ['cloud_essd', 'cloud_auto', 'cloud_essd_entry', 'cloud_regional_disk_auto'],
    textList,
  ),
  groupCategories: setting<readonly string[]>(['cloud_essd', 'cloud_auto', 'cloud_essd_entry'], textList),
  multiAttachTimes: setting<'of-disk' | 'of-attachments'>('of-disk', oneOf('of-disk', 'of-attachments')),
  allowNeverAttachedSnapshots: setting(false, booleanValue),
  allowNeverUsedSnapshots: setting(false, booleanValue),
  writeUnattached: setting(false, booleanValue),
  tokenLifetimeMs: setting(24 * 3600 * 1000, count),
  failedRequestsConsumeToken: setting(false, booleanValue),
  errorStatuses: setting<Readonly<Record<string, number>>>({}, countByAction),

  // Limits.
  disksPerRegion: setting(20_000, count),
  snapshotsPerDisk: setting(256, count),
  concurrentSnapshotsPerDisk: setting(10, count),
  tagsPerResource: setting(20, count),
  groupDisks: setting(16, count),
  groupCapacityGiB: setting(32 * 1024, count),
  /** Of every instance type, its system disk included; DescribeInstanceTypes shows it as DiskQuantity. */
  disksPerInstance: setting(17, count),
  instancesPerMultiAttachDisk: setting(16, count),
  parallelAttachesPerInstance: setting(1, count),
  parallelDetachesPerInstance: setting(5, count),
  tagFilterLimit: setting(1000, count),
  requestsPerMinute: setting<Readonly<Record<string, number>>>({}, countByAction),
  /** Sold out combinations, each `zone/category`. */
  soldOut: setting<readonly string[]>([], textList),

  // Who may call.
  accounts: setting<readonly Account[]>(
    [
      account({ accessKeyId: 'emulator-access-key', accessKeySecret: 'emulator-secret' }),
      account({
        accessKeyId: 'emulator-sts-key',
        accessKeySecret: 'emulator-sts-secret',
        securityToken: 'emulator-sts-token',
      }),
    ],
    listOf(account),
  ),
  ramPolicies: setting<readonly RamPolicy[]>([], listOf(ramPolicy)),
};

type Definitions = typeof definitions;

export type Settings = { readonly [K in keyof Definitions]: Definitions[K]['initial'] };

interface Setting<T> {
  readonly initial: T;
  readonly check: (value: unknown) => T;
}

function setting<T>(initial: T, check: (value: unknown) => T): Setting<T> {
  return { initial, check };
}

export function defaultSettings(): Settings {
  return Object.fromEntries(
    Object.entries(definitions).map(([name, { initial }]) => [name, initial]),
  ) as Settings;
}

/** The settings with some replaced; throws SettingError that names the first wrong key or value. */
export function mergeSettings(current: Settings, change: unknown): Settings {
  if (typeof change !== 'object' || change === null || Array.isArray(change)) {
    throw new SettingError('settings are a JSON object');
  }
  const checks = new Map<string, Setting<unknown>>(Object.entries(definitions));
  const changed = Object.entries(change).map(([name, value]: [string, unknown]) => {
    const definition = checks.get(name);
    if (definition === undefined) {
      throw new SettingError(`there is no setting ${name}; there are ${[...checks.keys()].join(', ')}`);
    }
    return [name, named(name, () => definition.check(value))] as const;
  });
  return { ...current, ...Object.fromEntries(changed) };
}

function named<T>(name: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw new SettingError(`${name}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function account(value: unknown): Account {
  const fields = fieldsOf(value, [
    'accessKeyId',
    'accessKeySecret',
    'securityToken',
    'accountId',
    'isExpired',
  ]);
  return {
    accessKeyId: text(fields['accessKeyId']),
    accessKeySecret: text(fields['accessKeySecret']),
    securityToken: text(fields['securityToken'] ?? ''),
    accountId: text(fields['accountId'] ?? '1234567890123456'),
    isExpired: booleanValue(fields['isExpired'] ?? false),
  };
}

function ramPolicy(value: unknown): RamPolicy {
  const fields = fieldsOf(value, ['accessKeyId', 'deniedActions', 'isInvisible']);
  return {
    accessKeyId: text(fields['accessKeyId']),
    deniedActions: textList(fields['deniedActions'] ?? []),
    isInvisible: booleanValue(fields['isInvisible'] ?? false),
  };
}

function fieldsOf(value: unknown, names: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) {
    throw new SettingError('each entry is an object');
  }
  const unknownName = Object.keys(value).find((name) => !names.includes(name));
  if (unknownName !== undefined) {
    throw new SettingError(`there is no field ${unknownName}; there are ${names.join(', ')}`);
  }
  return { ...value };
}
