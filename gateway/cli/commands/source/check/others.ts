/** The other systems' sources, as far as the configuration names them: opened when somebody refers to them. */
import { appErrorIn } from '#shared/errors.ts'
import type { AnyDatabase, EntityKey, Relation } from '#shared/relations.ts'
import { openSource } from '#shared/sources/open-source.ts'
import type { Kysely } from 'kysely'
import type { Config, Environment } from '../../../../config.ts'
import { declaredSystems, type DeclaredSystem } from '../../../systems.ts'
import { openMapping, type Named } from '../opened.ts'
import { asGraph } from './reading.ts'

/** Where the rows of an entity are kept. */
export interface Owner {
  readonly system: string
  readonly relation: string
  readonly declared: Relation
  readonly column: string
}

export interface OtherSystems extends AsyncDisposable {
  /** Null where no system that is declared here keeps them. */
  ownerOf(key: EntityKey): Owner | null
  /** The relations of a system as the graph reads them, or why they cannot be read. */
  open(system: string): Promise<OpenedSystem>
  /** Remembers that a system could not be read. */
  failed(system: string, reason: string): void
  /** Systems that are configured and could not be read, and why. */
  failures(): ReadonlyMap<string, string>
}

export type OpenedSystem =
  /** One for each source of the system. */
  | { readonly sources: readonly Kysely<AnyDatabase>[] }
  /** Why it cannot be read. */
  | { readonly sources: null; readonly reason: string }

/** `config.yaml` says which mapping set each system reads by. */
export async function openOtherSystems(config: Config, env: Environment): Promise<OtherSystems> {
  const systems = await declaredSystems(config)
  const stack = new AsyncDisposableStack()
  const opened = new Map<string, Promise<OpenedSystem>>()
  const failures = new Map<string, string>()

  async function openNow(system: string): Promise<OpenedSystem> {
    const mappings = [config.system(system).mapping ?? []].flat()
    if (mappings.length === 0) {
      return { sources: null, reason: `the configuration names no mapping for "${system}"` }
    }
    try {
      const sources: Kysely<AnyDatabase>[] = []
      for (const mapping of mappings) sources.push(await openOne({ system, mapping }))
      return { sources }
    } catch (error) {
      const ours = appErrorIn(error)
      if (ours === null) throw error
      failures.set(system, ours.message)
      return { sources: null, reason: ours.message }
    }
  }

  async function openOne(named: Named): Promise<Kysely<AnyDatabase>> {
    const found = stack.use(await openMapping(named, env))
    const source = stack.use(
      openSource({
        system: named.system,
        set: found.set,
        timeZone: found.timeZone,
        connect: () =>
          Promise.resolve({ ...found.connection, [Symbol.asyncDispose]: () => Promise.resolve() }),
      }),
    )
    return asGraph(source, found)
  }

  return {
    ownerOf: (key) => ownerOf(key, systems),
    open: (system) => {
      const found = opened.get(system) ?? openNow(system)
      opened.set(system, found)
      return found
    },
    failed: (system, reason) => {
      failures.set(system, reason)
    },
    failures: () => failures,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** The relation whose rows are of that type and have the key as their own. */
export function ownerOf(key: EntityKey, systems: readonly DeclaredSystem[]): Owner | null {
  const [entity, column = ''] = key.split('.')
  for (const { name, relations } of systems) {
    for (const [relation, declared] of Object.entries(relations)) {
      const own = declared.columns[column]
      if (declared.entity === entity && own !== undefined && own.refersTo === undefined)
        return { system: name, relation, declared, column }
    }
  }
  return null
}
