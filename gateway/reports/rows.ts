/**
 * An answer as rows: the report says where its grain is; lists on the way there multiply, and what
 * stands above the grain is repeated on each row. Pure.
 */

export type Row = Readonly<Record<string, unknown>>

interface Placed {
  readonly value: unknown
  /** The values on the way from the root, by their path. */
  readonly above: ReadonlyMap<string, unknown>
}

/** The rows at a path of response names; each with a lookup for columns. */
export function rowsAt(data: unknown, path: string): readonly Placed[] {
  let placed: readonly Placed[] = [{ value: data, above: new Map() }]
  let walked = ''
  for (const name of path.split('.')) {
    walked = walked === '' ? name : `${walked}.${name}`
    placed = placed.flatMap(({ value, above }) =>
      listOf(fieldOf(value, name)).map((inner) => ({
        value: inner,
        above: new Map([...above, [walked, inner]]),
      })),
    )
  }
  return placed
}

const listOf = (value: unknown): readonly unknown[] => {
  if (value === null || value === undefined) return []
  return Array.isArray(value) ? value.filter((each) => each !== null) : [value]
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Row)[name] : undefined

/**
 * A column of a row. A path begins at the row, or with `/` at the root: `/customer.name` is the name
 * above each of its invoices. A list in the way gives its values joined by `; `.
 */
export function cell({ value, above }: Placed, path: string): unknown {
  if (!path.startsWith('/')) return read(value, path.split('.'))
  const names = path.slice(1).split('.')
  for (let length = names.length; length > 0; length -= 1) {
    const at = names.slice(0, length).join('.')
    if (above.has(at)) return read(above.get(at), names.slice(length))
  }
  return null
}

function read(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (Array.isArray(value)) {
    const values = value.map((each: unknown) =>
      read(each, name === undefined ? [] : [name, ...rest]),
    )
    return values.filter((each) => typeof each === 'string' || typeof each === 'number').join('; ')
  }
  if (name === undefined || value === null || value === undefined) return value ?? null
  return read(fieldOf(value, name), rest)
}
