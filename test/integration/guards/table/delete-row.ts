/** The columns of the table of deletions: every combination of their values is a row. */
export const deleteColumns = {
  retention: ['none', '3 days', 'invalid'],
  category: ['cloud_essd', 'cloud_ssd'],
  state: ['in use', 'available', 'never attached', 'unused clone'],
  snapshot: ['ok', 'slow upload', 'failed', 'quota', 'lost reply', 'throttled'],
  deletion: ['ok', 'lost reply', 'refused once'],
} as const;

type Columns = typeof deleteColumns;

export interface DeleteRow {
  readonly retention: Columns['retention'][number];
  readonly category: Columns['category'][number];
  readonly state: Columns['state'][number];
  readonly snapshot: Columns['snapshot'][number];
  readonly deletion: Columns['deletion'][number];
}

/** Every row. */
export function deleteRows(): DeleteRow[] {
  const { retention, category, state, snapshot, deletion } = deleteColumns;
  const disks = retention.flatMap((r) =>
    category.flatMap((c) => state.map((s) => ({ retention: r, category: c, state: s }))),
  );
  return disks.flatMap((disk) =>
    snapshot.flatMap((made) => deletion.map((deleted) => ({ ...disk, snapshot: made, deletion: deleted }))),
  );
}
