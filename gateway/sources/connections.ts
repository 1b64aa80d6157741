/**
 * The subgraphs of the library: connected when a supergraph first names them, shared by all its
 * versions, closed when none names them any more.
 */
import type { GraphQLDataSource, ServiceEndpointDefinition } from '@apollo/gateway'
import { AppError } from '#shared/errors.ts'
import type { Service } from '../supergraph/join-directives.ts'
import { dataSourceOf, sourceFor, type IncomingRequestContext } from './data-source.ts'
import { heardAs } from './heard.ts'
import { httpSource, type HttpSource } from './http.ts'
import type { Source } from './source.ts'

export interface ConnectionsOptions {
  readonly buildService: ((service: ServiceEndpointDefinition) => GraphQLDataSource) | undefined
  /** Headers of one request to a system of ours. */
  readonly headers:
    | ((service: ServiceEndpointDefinition, context: object) => Readonly<Record<string, string>>)
    | undefined
  /** What an error of a system may say. */
  readonly said: 'CODE' | 'MESSAGE'
  readonly timeoutOf: (name: string) => number
}

export interface Connected {
  /** What `keepOnly` takes. */
  readonly keys: readonly string[]
  readonly sourcesFor: (context: IncomingRequestContext) => ReadonlyMap<string, Source>
}

export interface Connections extends AsyncDisposable {
  connect(services: readonly Service[]): Connected
  dataSource(service: ServiceEndpointDefinition): GraphQLDataSource
  /** Asks each for its type name; throws when one does not answer. */
  check(services: readonly Service[]): Promise<void>
  /** Closes what is not among these. */
  keepOnly(keys: readonly string[]): Promise<void>
}

/** One of ours, or one that the user built. */
type Connection = { readonly name: string; readonly dataSource: GraphQLDataSource } & (
  { readonly http: HttpSource } | { readonly http: null }
)

export function createConnections({
  buildService,
  headers,
  said,
  timeoutOf,
}: ConnectionsOptions): Connections {
  const heard = heardAs(said)
  const open = new Map<string, Connection>()
  /** Held by a supergraph manager, nobody knows until when. */
  const handedOut = new Set<string>()
  const keyOf = ({ name, url }: ServiceEndpointDefinition) => JSON.stringify([name, url])

  function connection({ name, url }: ServiceEndpointDefinition): Connection {
    const key = keyOf({ name, ...(url === undefined ? {} : { url }) })
    const known = open.get(key)
    if (known !== undefined) return known
    const made = build({ name, ...(url === undefined ? {} : { url }) })
    open.set(key, made)
    return made
  }

  function build(service: ServiceEndpointDefinition): Connection {
    const { name, url = '' } = service
    if (buildService !== undefined) return { name, dataSource: buildService(service), http: null }
    if (!URL.canParse(url)) {
      throw new AppError(
        'SUPERGRAPH_INVALID',
        `The subgraph "${name}" has no address that can be asked: ${JSON.stringify(url)}.`,
      )
    }
    const http = httpSource({ name, url, key: undefined, speaks: false, heard })
    return { name, http, dataSource: dataSourceOf(http, timeoutOf(name)) }
  }

  /** One for all requests where none has anything of its own. */
  function sourcesOf(services: readonly Service[]): Connected['sourcesFor'] {
    const all = services.map((service) => ({ service, ...connection(service) }))
    const shared = new Map(all.flatMap(({ name, http }) => (http === null ? [] : [[name, http]])))
    if (buildService === undefined && headers === undefined) return () => shared
    return (context) =>
      new Map(
        all.map(({ name, service, http, dataSource }): [string, Source] => [
          name,
          http === null
            ? sourceFor({ name, dataSource, heard }, context)
            : { ...http, send: (request) => http.send(request, headersFor(service, context)) },
        ]),
      )
  }

  const headersFor = (service: Service, { context }: IncomingRequestContext): readonly string[] =>
    Object.entries(headers?.(service, context) ?? {}).flat()

  const close = async (keys: readonly string[]): Promise<void> => {
    const closing = keys.map((key) => open.get(key))
    for (const key of keys) open.delete(key)
    await Promise.all(
      closing.map(async (each) => {
        await each?.http?.[Symbol.asyncDispose]()
      }),
    )
  }

  return {
    connect: (services) => ({ keys: services.map(keyOf), sourcesFor: sourcesOf(services) }),
    dataSource: (service) => {
      handedOut.add(keyOf(service))
      return connection(service).dataSource
    },
    check: async (services) => {
      await Promise.all(
        services.map(async (service) => {
          const { data } = await connection(service).dataSource.process({
            kind: healthCheck as Health,
            request: { query: 'query __ApolloServiceHealthCheck__ { __typename }' },
            context: {},
          })
          if (data == null) throw new Error(`The subgraph "${service.name}" does not answer.`)
        }),
      )
    },
    keepOnly: (keys) =>
      close([...open.keys()].filter((key) => !keys.includes(key) && !handedOut.has(key))),
    [Symbol.asyncDispose]: () => close([...open.keys()]),
  }
}

/** The value of Apollo's enum. */
const healthCheck: unknown = 'health check'

type Health = Extract<
  Parameters<GraphQLDataSource['process']>[0],
  { incomingRequestContext?: never }
>['kind']
