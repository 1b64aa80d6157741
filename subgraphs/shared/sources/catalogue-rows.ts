/** Rows of a catalogue, one for each column of a key or index, made into lists. */

/** The values of `valueOf` by key, in the order of the rows. */
export function listsOf<T, V>(
  rows: readonly T[],
  keyOf: (row: T) => string,
  valueOf: (row: T) => V,
): ReadonlyMap<string, readonly V[]> {
  return new Map(
    [...Map.groupBy(rows, keyOf)].map(([key, group]) => [key, group.map((row) => valueOf(row))]),
  )
}

/** Estimated rows; databases say 0 or -1 where they have not looked. */
export function estimated(value: unknown): number | null {
  const rows = Number(value)
  return value === null || value === undefined || rows < 0 ? null : Math.round(rows)
}

/**
 * The table that an alias of a statement stands for: the word before it, where that is a table. Plans
 * of MySQL and SQLite name aliases only.
 */
export function tableOfAlias(alias: string, sql: string, tables: ReadonlySet<string>): string {
  if (tables.has(alias)) return alias
  const pattern = new RegExp(
    `[\`"\\[]?([\\p{L}\\p{N}_$ -]+?)[\`"\\]]?\\s+(?:AS\\s+)?[\`"\\[]?${RegExp.escape(alias)}(?![\\p{L}\\p{N}_$])`,
    'giu',
  )
  for (const [, name = ''] of sql.matchAll(pattern)) {
    const last = name.trim().split(/\s+/).at(-1) ?? ''
    const found = [name.trim(), last].find((each) => tables.has(each))
    if (found !== undefined) return found
  }
  return alias
}
