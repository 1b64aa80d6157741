/** The gateway over real HTTP on a free port, for tests. `await using gateway = await startHttp()`. */
import { createApp, type App, type AppOptions } from '../../gateway/app.ts'
import { readConfig, type Config } from '../../gateway/config.ts'
import { noLog } from '../../gateway/log.ts'
import { demoSecret, demoToken, type DemoIdentity } from '../../gateway/tokens/demo.ts'
import { startGraph, type Graph } from './graph.ts'

export interface HttpGateway extends AsyncDisposable {
  readonly app: App
  readonly graph: Graph
  readonly url: string
  token(identity: DemoIdentity): string
  /** POSTs a question; `token` null sends no Authorization header. */
  post(
    body: unknown,
    options?: { token?: string | null; headers?: Readonly<Record<string, string>> },
  ): Promise<{
    status: number
    text: string
    json: () => { data?: unknown; errors?: ErrorJson[]; extensions?: unknown }
    headers: Headers
  }>
}

export interface ErrorJson {
  readonly message: string
  readonly path?: readonly (string | number)[]
  readonly extensions: { readonly code: string; readonly requestId?: string }
}

export async function startHttp(
  change: (config: Config) => Config = (config) => config,
  options: Partial<AppOptions> = {},
): Promise<HttpGateway> {
  const graph = await startGraph()
  const config = change(readConfig({ ISTHMUS_DATA: graph.data, PORT: '0' }))
  const app = await createApp(config, { log: noLog, ...options })
  const listening = await app.listen(null)
  const token = (identity: DemoIdentity) => demoToken(identity, demoSecret(graph.data))
  return {
    app,
    graph,
    url: listening.url,
    token,
    post: async (body, { token: given = token('admin'), headers = {} } = {}) => {
      const response = await fetch(`${listening.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(given === null ? {} : { authorization: `Bearer ${given}` }),
          ...headers,
        },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
      const text = await response.text()
      return {
        status: response.status,
        text,
        headers: response.headers,
        json: () => JSON.parse(text),
      }
    },
    [Symbol.asyncDispose]: async () => {
      await listening.close(1_000)
      await app[Symbol.asyncDispose]()
      await graph[Symbol.asyncDispose]()
    },
  }
}
