/**
 * Databases of Isthmus's own that several machines share, beside those of a system: connected when they
 * are first asked. Must not know a business noun.
 */
import type { Declarations, LazyDatabases, LimitedDatabase, OpenDatabases } from '../databases.ts'
import type { OpenSource } from '../sources/open-source.ts'
import type { OwnAddress } from './address.ts'
import { openOwnSource } from './reading.ts'

export interface SharedDatabase {
  /** The name of the database within its system. */
  readonly name: string
  /** How configuration calls it. */
  readonly own: string
  readonly address: OwnAddress
}

/** `declarations` are those of the system; `rest` opens the others. */
export function withSharedDatabases(
  rest: LazyDatabases,
  shared: readonly SharedDatabase[],
  declarations: Declarations,
  onError: (error: unknown) => void = () => undefined,
): LazyDatabases {
  const sources: OpenSource[] = []
  const databases: Record<string, LimitedDatabase> = {}
  for (const { name, own, address } of shared) {
    const { relations = {} } = declarations[name] ?? {}
    const source = openOwnSource(address, { name: own, relations })
    sources.push(source)
    databases[name] = { limitedTo: (scope) => source.limitedTo({ name, relations }, scope) }
  }
  let [others, all]: [OpenDatabases | null, OpenDatabases | null] = [null, null]
  return {
    open: () => {
      const open = rest.open()
      if (all === null || open !== others) {
        others = open
        all = { ...open, databases: { ...open.databases, ...databases } }
      }
      return all
    },
    [Symbol.dispose]: () => {
      rest[Symbol.dispose]()
      for (const source of sources) source[Symbol.asyncDispose]().then(undefined, onError)
    },
  }
}
