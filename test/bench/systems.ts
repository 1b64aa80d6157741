/**
 * The four systems over HTTP, in one process and nearly free of cost: the real subgraphs answer a
 * request once, and its bytes are kept by the text of the request. What is measured is the gateway.
 * Prints one line of JSON: the addresses of each system, of the issuer's public keys, and of a collector
 * of traces that keeps none.
 */
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { parse } from 'graphql'
import { loadDefinition } from '../../gateway/sources/in-process.ts'
import { readSupergraphFile } from '../../gateway/supergraph/compose.ts'
import { openSubgraph, type OpenSubgraph } from '../../subgraphs/shared/open.ts'
import type { Principal } from '../../subgraphs/shared/principal.ts'
import { everybody } from './everybody.ts'

const [, , supergraph = '', data = '', keysFile = ''] = process.argv

/** Kept answers, in bytes; the oldest go first. */
const maxKept = 1024 * 1024 * 1024

interface Request {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>> | null
  readonly operationName?: string | null
}

function remembering(subgraph: OpenSubgraph, principal: Principal): RequestListener {
  const kept = new Map<string, Promise<Buffer>>()
  let size = 0
  const answer = async (text: string): Promise<Buffer> => {
    const { query, variables, operationName } = JSON.parse(text) as Request // from a gateway
    const result = await subgraph.execute({
      document: parse(query),
      variables: variables ?? {},
      operationName: operationName ?? undefined,
      principal,
      signal: new AbortController().signal,
    })
    if (result.errors !== undefined) console.error(subgraph.name, text.slice(0, 500), result.errors)
    return Buffer.from(JSON.stringify(result))
  }
  const keep = async (text: string, bytes: Promise<Buffer>) => {
    kept.set(text, bytes)
    size += text.length + (await bytes).length
    for (const [oldest, dropped] of kept) {
      if (size <= maxKept) return
      kept.delete(oldest)
      size -= oldest.length + (await dropped).length
    }
  }
  return (request, response) => {
    void (async () => {
      const text = await bodyOf(request)
      let bytes = kept.get(text)
      if (bytes === undefined) {
        bytes = answer(text)
        await keep(text, bytes)
      }
      const body = await bytes
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': body.length,
      })
      response.end(body)
    })().catch((error: unknown) => {
      console.error(subgraph.name, error)
      response.writeHead(500).end()
    })
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer) // no encoding is set
  return (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))?.toString('utf8') ?? ''
}

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer({ keepAliveTimeout: 60_000 }, listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a TCP server has an address once it listens
  return `http://127.0.0.1:${port}/graphql`
}

const entries = readSupergraphFile(supergraph)
const principal = everybody(entries.map(({ sdl }) => sdl))
const systems: Record<string, string> = {}
for (const { name, schemaFile } of entries) {
  const subgraph = openSubgraph(await loadDefinition(name, schemaFile), {
    data,
    timeZone: 'Asia/Taipei',
    fiscalYearStartMonth: 1,
    onError: (error) => console.error(name, error),
  })
  systems[name] = await listen(remembering(subgraph, principal))
}
const keys = readFileSync(keysFile)
const issuer = await listen((_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(keys)
})
const collector = await listen((request, response) => {
  request.resume().once('end', () => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
})
console.log(JSON.stringify({ systems, issuer, collector }))
