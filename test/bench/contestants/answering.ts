/** The least HTTP that a GraphQL endpoint by hand needs: a POST body in, JSON text out. */
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'

export interface Asked {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
}

export async function serveAnswers(
  port: number,
  answer: (asked: Asked) => Promise<string | Buffer> | string | Buffer,
): Promise<void> {
  const server = createServer((request, response) => {
    void (async () => {
      const text = await answer(JSON.parse(await bodyOf(request)) as Asked) // from the load client
      const body = typeof text === 'string' ? Buffer.from(text) : text
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': body.length,
      })
      response.end(body)
    })().catch((error: unknown) => {
      console.error(error)
      response.writeHead(500).end()
    })
  })
  await once(server.listen(port, '127.0.0.1'), 'listening')
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer) // no encoding is set
  return Buffer.concat(chunks).toString('utf8')
}

/** Which question it is, by its operation name; an endpoint by hand parses no GraphQL. */
export const operationOf = ({ query }: Asked): string => /\bquery (\w+)/.exec(query)?.[1] ?? ''
