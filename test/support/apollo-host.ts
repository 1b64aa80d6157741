/** `@apollo/server` over HTTP around a gateway, as its documentation starts it. */
import type { IncomingHttpHeaders } from 'node:http'
import { ApolloServer, type ApolloServerOptionsWithGateway } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'

export interface Context {
  readonly headers: IncomingHttpHeaders
}

export interface HostAnswer {
  readonly status: number
  readonly headers: Headers
  readonly data: unknown
  readonly errors?: readonly {
    readonly message: string
    readonly path?: readonly (string | number)[]
    readonly extensions: Readonly<Record<string, unknown>>
  }[]
}

export interface Host extends AsyncDisposable {
  readonly url: string
  post(body: object, headers?: Readonly<Record<string, string>>): Promise<HostAnswer>
}

export async function hostApollo(
  gateway: ApolloServerOptionsWithGateway<Context>['gateway'],
  options: Omit<ApolloServerOptionsWithGateway<Context>, 'gateway'> = {},
): Promise<Host> {
  const silent = { debug() {}, info() {}, warn() {}, error() {} }
  const server = new ApolloServer<Context>({ logger: silent, ...options, gateway })
  const { url } = await startStandaloneServer(server, {
    listen: { host: '127.0.0.1', port: 0 },
    context: ({ req }) => Promise.resolve({ headers: req.headers }),
  })
  return {
    url,
    post: async (body, headers = {}) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      })
      const answer = (await response.json()) as Pick<HostAnswer, 'data' | 'errors'>
      return { status: response.status, headers: response.headers, ...answer }
    },
    [Symbol.asyncDispose]: () => server.stop(),
  }
}
