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

interface Groups<Row> {
  readonly rows: readonly Row[]
  readonly truncated: boolean
}

/** The groups that are large enough to be shown, and how many were not. */
export function withoutSmallGroups<Row extends { readonly headcount: unknown }>({
  rows,
  truncated,
}: Groups<Row>): Groups<Row> & { readonly suppressed: number } {
  const shown = rows.filter(({ headcount }) => Number(headcount) >= smallestGroup)
  return { rows: shown, truncated, suppressed: rows.length - shown.length }
}
