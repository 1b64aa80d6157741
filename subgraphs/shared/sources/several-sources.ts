/**
 * Several sources of one system as its databases. Each statement is asked of the one source that can have
 * rows of it; where that could be several, who asks has to name one.
 */
import type { Kysely, OperationNode } from 'kysely'
import type { AnyDatabase } from '../relations.ts'
import type { StatementScope } from '../select-only.ts'
import { declareSources } from './expect-one.ts'
import type { MappingSet } from './mapping-set.ts'
import { SourceRequired } from './named.ts'
import { pendingOnly, type NamedRelations, type OpenSource } from './open-source.ts'
import { nameIn, withPrefixes } from './prefixes.ts'
import { canAnswer } from './routing.ts'

export interface OneOfSeveral {
  readonly name: string
  readonly set: MappingSet
  readonly source: OpenSource
}

/** The relations of one of the subgraph's databases, read from whichever source has the rows. */
export function overSeveral(
  system: string,
  sources: readonly OneOfSeveral[],
  database: NamedRelations,
): (scope: StatementScope, only: string | null) => Kysely<AnyDatabase> {
  const names = sources.map(({ name }) => name)
  const beginnings = new Set(
    sources.flatMap(({ name, set }) => [name, ...Object.values(set.references)]),
  )
  const all = sources.map(({ name, set, source }) => ({
    source,
    named: { name, all: names },
    relations: withPrefixes(database.relations, set.prefixes),
  }))

  /** The source to ask; null where none can have rows. */
  function sourceFor(statement: OperationNode): OpenSource | null {
    const [first, ...more] = all.filter(({ relations, named }) =>
      canAnswer(statement, relations, named),
    )
    if (more.length > 0) throw new SourceRequired(system, names, (id) => nameIn(id, beginnings))
    return first?.source ?? null
  }

  return (scope, only) => {
    const named = sources.find(({ name }) => name === only)
    if (named !== undefined) return named.source.limitedTo(database, scope)
    const db = pendingOnly<AnyDatabase>(async (pending) => {
      const source = sourceFor(pending.node)
      return source === null ? [] : await source.run(database, pending, scope)
    })
    declareSources(db, (statement) => void sourceFor(statement))
    return db
  }
}
