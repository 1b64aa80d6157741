/**
 * Requests that are made to hold a gateway up, each with the code and status that it must be refused
 * with. Shared by the tests, which look at the answers, and by the benchmark, which measures the process.
 */
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'

export interface Target {
  readonly port: number
  readonly token: string
}

export interface Refusal {
  /** 0 when the connection was cut without an answer. */
  readonly status: number
  /** Null when the answer was no GraphQL answer. */
  readonly code: string | null
}

export interface Attack {
  readonly name: string
  readonly expected: Refusal
  send(target: Target): Promise<Refusal>
}

type Headers = Readonly<Record<string, string>>

/** Sends a body in pieces until it is answered or cut off. */
export async function post(
  { port, token }: Target,
  pieces: Iterable<Buffer | string> | AsyncIterable<Buffer | string>,
  headers: Headers = {},
): Promise<Refusal> {
  const request = httpRequest({
    port,
    host: '127.0.0.1',
    path: '/graphql',
    method: 'POST',
    agent: false,
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      ...headers,
    },
  })
  let isOver = false
  const answered = new Promise<Refusal>((resolve) => {
    request.once('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.once('close', () =>
        resolve({ status: response.statusCode ?? 0, code: codeIn(text) }),
      )
    })
    request.on('error', () => resolve({ status: 0, code: null }))
  }).finally(() => (isOver = true))
  for await (const piece of pieces) {
    if (isOver) break
    if (!request.write(piece)) await Promise.race([once(request, 'drain'), answered]).catch(() => 0)
  }
  if (!isOver) request.end()
  const refusal = await answered
  request.destroy()
  return refusal
}

function codeIn(text: string): string | null {
  try {
    const body = JSON.parse(text) as { errors?: { extensions?: { code?: string } }[] } // as answered
    return body.errors?.[0]?.extensions?.code ?? null
  } catch {
    return null
  }
}

const refused = (
  name: string,
  code: string,
  body: () => unknown,
  { status = 400, headers = {} }: { status?: number; headers?: Headers } = {},
): Attack => ({
  name,
  expected: { status, code },
  send: (target) => {
    const made = body()
    return post(
      target,
      [Buffer.isBuffer(made) || typeof made === 'string' ? made : JSON.stringify(made)],
      headers,
    )
  },
})

const tooLarge = { status: 413 }
const many = (count: number, text: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => text(at)).join(' ')
const packed = (encoding: string) => ({ ...tooLarge, headers: { 'content-encoding': encoding } })
const bomb = Buffer.alloc(40_000_000, ' ')
const customers = 'query ($f: CustomerFilter) { customers(filter: $f) { totalCount } }'

function nestedFilter(levels: number): unknown {
  let filter: unknown = {}
  for (let at = 0; at < levels; at += 1) filter = { and: [filter] }
  return filter
}

export const attacks: readonly Attack[] = [
  refused('deep', 'MAX_DEPTH_LIMIT', () => ({
    query: `{ customers { nodes { ${'owner { department { manager { '.repeat(12)} displayName ${'} } } '.repeat(12)} } } }`,
  })),
  refused('brackets by the ten thousand', 'DOCUMENT_TOO_COMPLEX', () => ({
    query: '{a'.repeat(10_000),
  })),
  refused('wide', 'MAX_SELECTIONS_LIMIT', () => ({
    query: `{ customers { nodes { ${many(6_000, () => 'name')} } } }`,
  })),
  refused('wide within the limits', 'GRAPHQL_VALIDATION_FAILED', () => ({
    query: `{ customers(first: 1000) { nodes { ${many(1_900, () => 'name')} orders(first: 100) { nodes { orderNo lines(first: 1) { nodes { lineNo } } } } } } }`,
  })),
  refused('tokens', 'DOCUMENT_TOO_COMPLEX', () => ({ query: `{ ${many(200_000, () => 'a')} }` })),
  refused('aliases', 'MAX_ALIASES_LIMIT', () => ({
    query: `{ viewer { ${many(3_000, (at) => `a${at}: subject`)} } }`,
  })),
  refused('root fields', 'MAX_ROOT_FIELDS_LIMIT', () => ({
    query: `{ ${many(1_000, () => 'viewer { subject }')} }`,
  })),
  refused('directives', 'MAX_DIRECTIVES_LIMIT', () => ({
    query: `{ viewer { subject ${many(5_000, () => '@a')} } }`,
  })),
  refused('circular fragments', 'GRAPHQL_VALIDATION_FAILED', () => ({
    query: 'query { viewer { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { ...A }',
  })),
  refused('a bomb of fragments', 'MAX_SELECTIONS_LIMIT', () => ({
    query: `{ viewer { ...F0 } } ${many(45, (at) => `fragment F${at} on Viewer { ${at === 44 ? 'subject' : many(4, () => `...F${at + 1}`)} }`)}`,
  })),
  refused('fragments by the thousand', 'MAX_FRAGMENTS_LIMIT', () => ({
    query: `{ viewer { subject } } ${many(1_500, (at) => `fragment F${at} on Viewer { subject }`)}`,
  })),
  refused('introspection again and again', 'MAX_INTROSPECTIONS_LIMIT', () => ({
    query: `{ ${many(20, (at) => `a${at}: __schema { types { fields { name } } }`)} }`,
  })),
  refused('introspection of introspection', 'GRAPHQL_VALIDATION_FAILED', () => ({
    query: `{ __schema { types { ${'fields { type { '.repeat(5)} name ${'} } '.repeat(5)} } } }`,
  })),
  refused('huge variables', 'MAX_VARIABLES_LIMIT', () => ({
    query: customers,
    variables: { f: { nameContains: 'x'.repeat(900_000) } },
  })),
  refused('200,000 wrong values', 'MAX_LIST_ITEMS_LIMIT', () => ({
    query: customers,
    variables: { f: { id: { in: Array.from({ length: 200_000 }, () => 1.5) } } },
  })),
  refused('variables that nest', 'MAX_VARIABLES_LIMIT', () => ({
    query: customers,
    variables: { f: nestedFilter(400) },
  })),
  refused(
    'variables of nothing but brackets',
    'MAX_VARIABLES_LIMIT',
    () =>
      `{"query":"{ viewer { subject } }","variables":{"a":${'['.repeat(400_000)}${']'.repeat(400_000)}}}`,
  ),
  refused('a filter of many terms', 'MAX_FILTER_TERMS_LIMIT', () => ({
    query: customers,
    variables: { f: { or: Array.from({ length: 5_000 }, (_, at) => ({ id: { eq: `C${at}` } })) } },
  })),
  refused('long lists in the document', 'DOCUMENT_TOO_COMPLEX', () => ({
    query: `{ customers(filter: { id: { in: [${many(20_000, (at) => `"C${at}"`)}] } }) { totalCount } }`,
  })),
  refused('pages within pages', 'MAX_NESTED_ROWS_LIMIT', () => ({
    query:
      '{ customers(first: 1000) { nodes { orders(first: 1000) { nodes { lines(first: 1000) { nodes { lineNo } } } } } } }',
  })),
  refused('a batch', 'BAD_REQUEST', () =>
    Array.from({ length: 10_000 }, () => ({ query: '{ viewer { subject } }' })),
  ),
  refused('a bomb in gzip', 'REQUEST_TOO_LARGE', () => gzipSync(bomb), packed('gzip')),
  refused('a bomb in deflate', 'REQUEST_TOO_LARGE', () => deflateSync(bomb), packed('deflate')),
  refused('a bomb in brotli', 'REQUEST_TOO_LARGE', () => brotliCompressSync(bomb), packed('br')),
  {
    name: '100 MB that say so',
    expected: { status: 413, code: 'REQUEST_TOO_LARGE' },
    send: (target) => post(target, ['{'], { 'content-length': String(100_000_000) }),
  },
  {
    name: '100 MB in pieces',
    expected: { status: 413, code: 'REQUEST_TOO_LARGE' },
    send: (target) =>
      post(
        target,
        (function* () {
          const piece = Buffer.alloc(65_536, ' ')
          for (let at = 0; at < 1_600; at += 1) yield piece
        })(),
        { 'transfer-encoding': 'chunked' },
      ),
  },
]

/** Sends bytes as they are, and answers what came until the connection ended. */
export async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => (answer += chunk))
  socket.on('error', () => undefined)
  socket.write(text, 'latin1')
  await Promise.race([once(socket, 'close'), sleep(2_000, undefined, { ref: false })])
  socket.destroy()
  return answer
}
