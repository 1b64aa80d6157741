/**
 * What a subgraph is: a schema, its databases, its resolvers and its loaders. `subgraph.ts` of each
 * system exports one definition; who runs it (in process, over HTTP, in a test) is not its matter.
 */
import type { GraphQLResolveInfo } from 'graphql'
import type { Kysely } from 'kysely'
import type { Calendar } from './calendar.ts'
import type { DatabaseDeclaration } from './embedded.ts'
import type { Principal } from './principal.ts'
import type { Database, Relations } from './relations.ts'

export type Databases = Readonly<Record<string, DatabaseDeclaration>>

type RelationsOf<D> = D extends DatabaseDeclaration<infer R extends Relations> ? R : never

/** What one request has at hand. The databases are already limited to the caller's rows. */
export interface Session<D extends Databases> {
  readonly databases: { readonly [Name in keyof D]: Kysely<Database<RelationsOf<D[Name]>>> }
  readonly calendar: Calendar
  readonly principal: Principal
  readonly signal: AbortSignal
}

/** The context of a resolver: the session and the loaders made for it. */
export type Context<D extends Databases, Loaders> = Session<D> & { readonly loaders: Loaders }

// Each resolver states its own parent, arguments and context; the schema decides which it gets.
type Resolver = (parent: never, args: never, context: never, info: GraphQLResolveInfo) => unknown
type ReferenceResolver = (reference: never, context: never) => unknown

/**
 * By type and field; `__resolveReference` answers an entity. For an enum, by value: what the value
 * is called inside.
 */
export type Resolvers = Readonly<
  Record<string, Readonly<Record<string, Resolver | ReferenceResolver | string>>>
>

export interface SubgraphDefinition<D extends Databases = Databases, Loaders = unknown> {
  /** The name in supergraph.yaml, and the audience of its internal tokens. */
  readonly name: string
  /** The schema.graphql file. */
  readonly schema: URL
  readonly databases: D
  readonly resolvers: Resolvers
  /** Called once per request. */
  loaders(session: Session<D>): Loaders
}

/** Keeps the types of the databases and loaders together. */
export const defineSubgraph = <const D extends Databases, Loaders>(
  definition: SubgraphDefinition<D, Loaders>,
): SubgraphDefinition<D, Loaders> => Object.freeze(definition)

/** Joins the resolvers of several nouns; a field that two of them resolve is a mistake. */
export function mergeResolvers(...parts: readonly Resolvers[]): Resolvers {
  const merged: Record<string, Record<string, Resolver | ReferenceResolver | string>> = {}
  for (const part of parts) {
    for (const [type, fields] of Object.entries(part)) {
      const known = (merged[type] ??= {})
      for (const [field, resolve] of Object.entries(fields)) {
        if (field in known) throw new TypeError(`${type}.${field} is resolved twice`)
        known[field] = resolve
      }
    }
  }
  return merged
}
