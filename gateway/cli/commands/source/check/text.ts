/** What the text of a mapping says of itself: what makes it slow, and what it must not read. */
import type { Mapping } from '#shared/sources/mapping-set.ts'
import { looksSecret } from '#shared/sources/secrets.ts'
import { problem, warning, type Finding } from './report.ts'

/** What keeps the database from reading only the rows that are asked for. */
const costly: readonly (readonly [RegExp, string])[] = [
  [/\bselect\s+distinct\b/i, 'DISTINCT'],
  [/\bover\s*\(/i, 'a window function'],
  [/\bunion\b/i, 'UNION'],
  [/\blimit\s+\S/i, 'LIMIT'],
  [/\bmaterialized\b/i, 'MATERIALIZED'],
  [/\bgroup\s+by\b/i, 'GROUP BY'],
]

export function textFindings(
  { text: { plain } }: Mapping,
  secretColumns: ReadonlySet<string>,
): readonly Finding[] {
  const slow = costly.filter(([pattern]) => pattern.test(plain)).map(([, name]) => name)
  const names = [...plain.matchAll(/[\p{L}_][\p{L}\p{N}_$]*|"[^"]+"|`[^`]+`|\[[^\]]+\]/gu)].map(
    ([name]) => name.replaceAll(/^["`[]|["`\]]$/g, ''),
  )
  const secrets = [...new Set(names)].filter((name) => secretColumns.has(name) && looksSecret(name))
  return [
    ...secrets.map((name) => problem(`it reads "${name}", which looks like a secret`)),
    ...(slow.length === 0
      ? []
      : [
          warning(
            `it has ${slow.join(', ')}: the whole relation may be made for each page or key. Prefer a plain SELECT with LEFT JOIN and EXISTS`,
          ),
        ]),
  ]
}
