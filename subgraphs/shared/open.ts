/**
 * Opens a subgraph for use in this process: builds its schema, opens its databases when they are
 * first needed (and again after a failure), and runs operations for a principal.
 * Knows no transport; `serve.ts` puts HTTP around it.
 */
import { readFileSync } from 'node:fs'
import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph'
import {
  GraphQLError,
  parse,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql'
import { appErrorIn } from './errors.ts'
import { createExecutor } from './executor/execute.ts'
import type { Principal } from './principal.ts'
import { embeddedDatabases, type LazyDatabases } from './databases.ts'
import type { OwnAddresses } from './own/address.ts'
import { rowRightsOf } from './row-rights.ts'
import { enforceRules } from './rules/enforce.ts'
import { scalars } from './scalars.ts'
import type { StatementEvent } from './select-only.ts'
import type { MappingPlace } from './sources/mapping-place.ts'
import { expectSource } from './sources/named.ts'
import { resolveFromSource, type SourcedContext } from './sources/source-argument.ts'
import type { Databases, Session, SubgraphDefinition } from './subgraph.ts'

export interface SubgraphOptions {
  /** The folder of the embedded database files. */
  readonly data: string
  readonly timeZone: string
  /** 1 to 12. */
  readonly fiscalYearStartMonth: number
  /** Today's date; left out, it is the business date stored with the data (demo mode). */
  readonly today?: () => string
  /** Told of every failure that a client only sees as a code. */
  readonly onError?: (error: unknown) => void
}

export interface SubgraphRequest {
  readonly document: DocumentNode
  readonly variables?: Readonly<Record<string, unknown>> | undefined
  readonly operationName?: string | undefined
  readonly principal: Principal
  readonly signal: AbortSignal
  /** `performance.now()` at which the request runs out of time. */
  readonly deadlineAt?: number | undefined
  readonly onStatement?: ((event: StatementEvent) => void) | undefined
}

export interface OpenSubgraph extends Disposable {
  readonly name: string
  readonly schema: GraphQLSchema
  /** Throws an AppError that says what is wrong with its databases, if anything is. */
  check(): void
  /** The context of one request, for whoever executes the schema. */
  contextFor(request: Omit<SubgraphRequest, 'document'>): object
  execute(request: SubgraphRequest): Promise<ExecutionResult>
  /** The error as a client of this subgraph may see it. */
  mask(error: GraphQLError): GraphQLError
}

export interface MappableOptions extends SubgraphOptions {
  /** The mappings of the company's own databases; left out, the databases are the embedded ones. */
  readonly mappings?: readonly MappingPlace[] | undefined
  /** Where databases of Isthmus's own are; of those left out, in the data folder. */
  readonly own?: OwnAddresses | undefined
}

/**
 * Opens it over the company's own database, and over Isthmus's own on a server, where there are some: only
 * then their code is loaded.
 */
export async function openMappableSubgraph<D extends Databases, Loaders>(
  definition: SubgraphDefinition<D, Loaders>,
  options: MappableOptions,
): Promise<OpenSubgraph> {
  return openSubgraph(definition, options, await lazyDatabases(definition, options))
}

async function lazyDatabases(
  { name: system, databases }: Pick<SubgraphDefinition, 'name' | 'databases'>,
  options: MappableOptions,
): Promise<LazyDatabases> {
  const { mappings = [], own: addresses = {}, onError } = options
  const shared = Object.entries(databases).flatMap(([name, { own }]) => {
    const address = own === undefined ? undefined : addresses[own]
    return own === undefined || address === undefined ? [] : [{ name, own, address }]
  })
  const others = Object.fromEntries(
    Object.entries(databases).filter(([name]) => !shared.some((each) => each.name === name)),
  )
  const openOthers = async (): Promise<LazyDatabases> => {
    if (mappings.length === 0) return embeddedDatabases(others, options)
    const { mappedDatabases } = await import('./mapped-databases.ts')
    return mappedDatabases({ name: system, databases: others }, { ...options, mappings })
  }
  const rest = await openOthers()
  if (shared.length === 0) return rest
  const { withSharedDatabases } = await import('./own/shared-databases.ts')
  return withSharedDatabases(rest, shared, databases, onError)
}

export function openSubgraph<D extends Databases, Loaders>(
  definition: SubgraphDefinition<D, Loaders>,
  options: SubgraphOptions,
  databases: LazyDatabases = embeddedDatabases(definition.databases, options),
): OpenSubgraph {
  const schema = schemaOf(definition)
  const run = createExecutor(schema)

  const contextFor: OpenSubgraph['contextFor'] = (request) => {
    const open = databases.open()
    const scope = {
      signal: request.signal,
      deadlineAt: request.deadlineAt ?? Infinity,
      onStatement: request.onStatement,
    }
    const contextOf = (source: string | null) => {
      const limited = Object.fromEntries(
        Object.entries(open.databases).map(([name, database]) => {
          const rows = rowRightsOf(request.principal, definition.databases[name]?.relations ?? {})
          return [name, database.limitedTo({ ...scope, rows }, source)]
        }),
      )
      const session: Session<D> = {
        databases: limited as unknown as Session<D>['databases'], // one entry per declared database
        calendar: open.calendar,
        principal: request.principal,
        signal: request.signal,
      }
      return { ...session, loaders: definition.loaders(session), ofSource }
    }
    const named = new Map<string, object>()
    const ofSource: SourcedContext['ofSource'] = (name) => {
      expectSource(name, open.sources)
      const context = named.get(name) ?? contextOf(name)
      named.set(name, context)
      return context
    }
    return contextOf(null)
  }

  const mask = (error: GraphQLError): GraphQLError => maskError(error, options.onError)

  return {
    name: definition.name,
    schema,
    check: () => void databases.open(),
    contextFor,
    mask,
    async execute(request) {
      try {
        const { document, variables, operationName, signal } = request
        const context = contextFor(request)
        const result = await run({ document, variables, operationName, context, signal })
        return result.errors === undefined ? result : { ...result, errors: result.errors.map(mask) }
      } catch (cause) {
        const error = cause instanceof Error ? cause : new Error(String(cause))
        return { errors: [mask(new GraphQLError(error.message, { originalError: error }))] }
      }
    },
    [Symbol.dispose]: () => {
      databases[Symbol.dispose]()
    },
  }
}

/** The subgraph's own part of the schema, with the scalars it declares. */
function schemaOf({ schema, resolvers }: Pick<SubgraphDefinition, 'schema' | 'resolvers'>) {
  const typeDefs = parse(readFileSync(schema, 'utf8'))
  const declared = typeDefs.definitions.flatMap((definition) =>
    definition.kind === 'ScalarTypeDefinition' ? [definition.name.value] : [],
  )
  const known = declared.flatMap((name) => {
    const scalar = scalars[name]
    return scalar === undefined ? [] : [[name, scalar] as const]
  })
  // Apollo's resolver map allows any function; ours asks each resolver to state its types.
  const map = {
    ...resolvers,
    ...Object.fromEntries(known),
  } as unknown as GraphQLResolverMap<object>
  const built = buildSubgraphSchema([{ typeDefs, resolvers: map }])
  resolveFromSource(built)
  enforceRules(built, typeDefs)
  return built
}

/** Only an AppError speaks for itself; what graphql-js says of the document is safe as well. */
function maskError(error: GraphQLError, onError: SubgraphOptions['onError']): GraphQLError {
  const ours = appErrorIn(error.originalError)
  if (ours !== null) {
    if (ours.cause !== undefined) onError?.(ours)
    return rebuilt(error, ours.message, { code: ours.code, ...ours.details })
  }
  if (error.originalError === undefined) {
    return rebuilt(error, error.message, {
      code: error.extensions['code'] ?? 'SOURCE_DATA_INVALID',
    })
  }
  if (error.extensions['code'] === 'BAD_USER_INPUT') {
    return rebuilt(error, error.message, { code: 'BAD_USER_INPUT' }) // a scalar refused a value
  }
  onError?.(error.originalError)
  return rebuilt(error, 'Something went wrong in this system.', { code: 'INTERNAL' })
}

const rebuilt = (from: GraphQLError, message: string, extensions: Record<string, unknown>) =>
  new GraphQLError(message, {
    nodes: from.nodes ?? null,
    positions: from.positions ?? null,
    path: from.path ?? null,
    extensions,
  })
