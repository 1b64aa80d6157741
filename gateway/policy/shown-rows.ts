/**
 * What a row rule shows of each relation of the systems whose code is here. A system of somebody
 * else's making says that itself.
 */
import type { Place } from '../sources/connect.ts'
import { loadDefinition } from '../sources/in-process.ts'

export interface ShownRows {
  readonly system: string
  /** Relations by what the rule shows of them. */
  readonly all: readonly string[]
  readonly limited: readonly string[]
  readonly nothing: readonly string[]
}

export async function shownRows(
  rule: string | null,
  places: readonly Place[],
): Promise<readonly ShownRows[]> {
  const shown: ShownRows[] = []
  for (const { name, schemaFile } of places) {
    if (rule === null || schemaFile === undefined) continue
    const definition = await loadDefinition(name, schemaFile)
    const relations = Object.values(definition.databases).flatMap((database) =>
      Object.entries(database.relations).map(([relation, { rules = {} }]) => ({
        relation,
        shows: Object.hasOwn(rules, rule) ? rules[rule] : undefined,
      })),
    )
    const named = (is: (shows: unknown) => boolean) =>
      relations.filter(({ shows }) => is(shows)).map(({ relation }) => relation)
    shown.push({
      system: name,
      all: named((shows) => shows === 'ALL'),
      limited: named((shows) => typeof shows === 'function'),
      nothing: named((shows) => shows === undefined),
    })
  }
  return shown
}
