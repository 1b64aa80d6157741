/**
 * What HR knows beyond its rows. Pure: no database, no clock.
 */

/** A span of time; instants as ISO 8601 in UTC, which compare as text. */
export interface TimeWindow {
  readonly start: string
  readonly end: string
}

export interface Entry extends TimeWindow {
  readonly kind: string
}

/** What is left of the shifts after everything else somebody has to do, in order. */
export function availability(entries: readonly Entry[]): readonly TimeWindow[] {
  const taken = entries.filter((entry) => entry.kind !== 'SHIFT')
  return entries
    .filter((entry) => entry.kind === 'SHIFT')
    .flatMap((shift) => taken.reduce(without, [{ start: shift.start, end: shift.end }]))
    .toSorted((a, b) => (a.start < b.start ? -1 : 1))
    .reduce<readonly TimeWindow[]>(joined, [])
}

/** Shifts may overlap or touch: nobody is free twice at one time. */
function joined(windows: readonly TimeWindow[], next: TimeWindow): readonly TimeWindow[] {
  const last = windows.at(-1)
  if (last === undefined || next.start > last.end) return [...windows, next]
  const end = next.end > last.end ? next.end : last.end
  return [...windows.slice(0, -1), { start: last.start, end }]
}

function without(free: readonly TimeWindow[], taken: TimeWindow): TimeWindow[] {
  return free.flatMap((window) => {
    if (taken.end <= window.start || taken.start >= window.end) return [window]
    return [
      { start: window.start, end: taken.start },
      { start: taken.end, end: window.end },
    ].filter(({ start, end }) => start < end)
  })
}

/** A group of fewer people tells about single ones. */
export const smallestGroup = 5

interface Group {
  readonly headcount: unknown
}

interface ShownGroups<Row> {
  readonly rows: readonly Row[]
  readonly suppressed: number
}

/**
 * The groups that may be shown, in their order, and how many may not. With a small one the next smallest is
 * left out, or what is shown and a sum would tell it: the sum of all, and the sum of each part of the
 * dimensions, such as of a department over its places. What is left out of a sum is at least two groups and
 * as many people as a group needs. `rows` are all groups, whatever is asked for: a page would tell more.
 */
export function withoutSmallGroups<Row extends Group>(
  rows: readonly Row[],
  dimensions: readonly (keyof Row & string)[],
): ShownGroups<Row> {
  const distinct = [...new Set<keyof Row & string>(dimensions)].toSorted()
  const keyOf = (row: Row, by: readonly (keyof Row)[]) =>
    JSON.stringify(by.map((dimension) => row[dimension]))
  // The same are left out in whichever order they are asked for.
  const bySize = rows.toSorted(
    (a, b) => peopleIn([a]) - peopleIn([b]) || (keyOf(a, distinct) < keyOf(b, distinct) ? -1 : 1),
  )
  const sums = partsOf(distinct).flatMap((by) => [
    ...Map.groupBy(bySize, (row) => keyOf(row, by)).values(),
  ])
  const hidden = new Set(bySize.filter((row) => peopleIn([row]) < smallestGroup))
  let before: number
  do {
    before = hidden.size
    for (const groups of sums) hideNext(groups, hidden)
  } while (hidden.size > before)
  return { rows: rows.filter((row) => !hidden.has(row)), suppressed: hidden.size }
}

/** Hides the smallest that is shown, as long as those of a sum that are hidden could be told. */
function hideNext<Row extends Group>(groups: readonly Row[], hidden: Set<Row>): void {
  const left = groups.filter((row) => hidden.has(row))
  if (left.length === 0 || (left.length > 1 && peopleIn(left) >= smallestGroup)) return
  const next = groups.find((row) => !hidden.has(row))
  if (next !== undefined) hidden.add(next)
}

const peopleIn = (groups: readonly Group[]): number =>
  groups.reduce((sum, { headcount }) => sum + Number(headcount), 0)

/** Every choice of some of them: none, but not all. */
const partsOf = <Item>(items: readonly Item[]): readonly (readonly Item[])[] =>
  items
    .reduce<readonly (readonly Item[])[]>(
      (parts, item) => [...parts, ...parts.map((part) => [...part, item])],
      [[]],
    )
    .filter((part) => part.length < items.length)
