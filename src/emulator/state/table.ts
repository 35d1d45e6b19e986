/** Rows by id, which remember what has changed since the last save. */
export class Table<T extends { readonly id: string }> {
  readonly name: string;
  private readonly rows = new Map<string, T>();
  private readonly changedIds = new Set<string>();
  private readonly indexes: Index<T>[] = [];

  constructor(name: string) {
    this.name = name;
  }

  get size(): number {
    return this.rows.size;
  }

  get(id: string): T | undefined {
    return this.rows.get(id);
  }

  /** All rows, in the order in which they were first put. */
  all(): T[] {
    return [...this.rows.values()];
  }

  /** Like `all`, without a copy; rows may be deleted on the way. */
  inOrder(): IterableIterator<T> {
    return this.rows.values();
  }

  put(row: T): T {
    this.unindex(row.id);
    this.rows.set(row.id, row);
    this.indexes.forEach((index) => index.add(row));
    this.changedIds.add(row.id);
    return row;
  }

  /** Replaces some fields of a row; the row must exist. */
  update(id: string, change: Partial<T>): T {
    const row = this.rows.get(id);
    if (row === undefined) {
      throw new Error(`${this.name} has no ${id}`);
    }
    return this.put({ ...row, ...change });
  }

  delete(id: string): void {
    this.unindex(id);
    if (this.rows.delete(id)) {
      this.changedIds.add(id);
    }
  }

  clear(): void {
    this.all().forEach((row) => this.delete(row.id));
  }

  /** A look-up of rows by a text that each of them has. */
  indexedBy(key: (row: T) => string): Index<T> {
    const index = new Index(key);
    this.all().forEach((row) => index.add(row));
    this.indexes.push(index);
    return index;
  }

  /** What has changed since the last call: each id with its row, or null if it is gone. */
  takeChanges(): [string, T | null][] {
    const changes = [...this.changedIds].map((id): [string, T | null] => [id, this.rows.get(id) ?? null]);
    this.changedIds.clear();
    return changes;
  }

  private unindex(id: string): void {
    const row = this.rows.get(id);
    if (row !== undefined) {
      this.indexes.forEach((index) => index.remove(row));
    }
  }
}

/** Rows of a table by one of their texts. */
export class Index<T extends { readonly id: string }> {
  private readonly key: (row: T) => string;
  private readonly byKey = new Map<string, Map<string, T>>();

  constructor(key: (row: T) => string) {
    this.key = key;
  }

  rows(key: string): T[] {
    return [...(this.byKey.get(key)?.values() ?? [])];
  }

  add(row: T): void {
    const key = this.key(row);
    const rows = this.byKey.get(key) ?? new Map<string, T>();
    rows.set(row.id, row);
    this.byKey.set(key, rows);
  }

  remove(row: T): void {
    const key = this.key(row);
    const rows = this.byKey.get(key);
    rows?.delete(row.id);
    if (rows?.size === 0) {
      this.byKey.delete(key);
    }
  }
}
