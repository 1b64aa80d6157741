/** Names as a statement of a source says them. */
import type { SourceKind } from './connection.ts'

/** A name as a statement of that kind of database says it. */
export const quoted = (name: string, kind: SourceKind): string =>
  kind === 'mysql' ? `\`${name.replaceAll('`', '``')}\`` : `"${name.replaceAll('"', '""')}"`

/** The `name` of a table, whose parts are quoted. */
export function quotedTable(name: string, kind: SourceKind): string {
  const dot = kind === 'postgresql' ? name.indexOf('.') : -1
  return dot < 0
    ? quoted(name, kind)
    : `${quoted(name.slice(0, dot), kind)}.${quoted(name.slice(dot + 1), kind)}`
}
