/** The columns of the table of expansions: every combination of their values is a row. */
export const expandColumns = {
  policy: ['forced', 'besteffort', 'closed'],
  category: ['cloud_essd', 'cloud_ssd'],
  state: ['in use', 'available', 'never attached'],
  snapshot: ['ok', 'slow upload', 'failed', 'quota', 'lost reply', 'throttled'],
  resize: ['ok', 'refused for the snapshot', 'failed', 'lost reply'],
} as const;

type Columns = typeof expandColumns;

export interface ExpandRow {
  readonly policy: Columns['policy'][number];
  readonly category: Columns['category'][number];
  readonly state: Columns['state'][number];
  /** `failed in the upload` comes on top of the columns: it matters only where ECS refuses to resize meanwhile. */
  readonly snapshot: Columns['snapshot'][number] | 'failed in the upload';
  readonly resize: Columns['resize'][number];
}

/** A failed upload makes a difference only where there is one, and where ECS resizes no sooner than it ends. */
function failedUpload(disk: Omit<ExpandRow, 'snapshot' | 'resize'>): ExpandRow[] {
  const isUploaded =
    disk.policy !== 'closed' && disk.category === 'cloud_essd' && disk.state !== 'never attached';
  return isUploaded
    ? [{ ...disk, snapshot: 'failed in the upload', resize: 'refused for the snapshot' }]
    : [];
}

/** Every row. */
export function expandRows(): ExpandRow[] {
  const { policy, category, state, snapshot, resize } = expandColumns;
  const disks = policy.flatMap((p) =>
    category.flatMap((c) => state.map((s) => ({ policy: p, category: c, state: s }))),
  );
  return disks.flatMap((disk) => [
    ...snapshot.flatMap((made) => resize.map((resized) => ({ ...disk, snapshot: made, resize: resized }))),
    ...failedUpload(disk),
  ]);
}
