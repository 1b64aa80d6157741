/**
 * Node's HTTP server as this project uses it: bounded bodies, JSON answers, a stop that lets the
 * requests in flight finish. Bytes in and out; must not know GraphQL or a business noun.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { AppError, errorCodes, type ErrorCode } from './errors.ts'

export interface ListenOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** Where the port is set, for who must choose another one; `PORT` by default. */
  readonly portSetting?: string
}

export interface Listening {
  /** `http://127.0.0.1:4000` */
  readonly url: string
  /** Takes no new connection, waits for the requests in flight, cuts them off after `graceMs`. */
  close(graceMs?: number): Promise<void>
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/**
 * Slow clients are cut: the whole head must arrive in 10 s, the whole request in 30 s. The head is
 * bounded, and so is what one connection and all of them may ask.
 */
const connectionLimits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16 * 1024,
}
const maxRequestsPerConnection = 10_000
const maxConnections = 10_000

export async function listen(handler: Handler, options: ListenOptions): Promise<Listening> {
  const { host, port } = options
  const connections = createConnections()
  const server = createServer(connectionLimits, (request, response) => {
    connections.answers(request.socket, response)
    handler(request, response).catch((error: unknown) => {
      sendError(
        response,
        error instanceof AppError ? error : new AppError('INTERNAL', 'Internal error.'),
      )
    })
  })
  server.on('connection', connections.add)
  server.maxRequestsPerSocket = maxRequestsPerConnection
  server.maxConnections = maxConnections
  server.maxHeadersCount = 100
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw listenError(cause, options)
  }
  const bound = (server.address() as AddressInfo).port // a TCP server has an address once it listens
  const name = host.includes(':') ? `[${host}]` : host
  return {
    url: `http://${name}:${bound}`,
    close: (graceMs = 10_000) => {
      connections.endWithTheirAnswer()
      return closeServer(server, graceMs)
    },
  }
}

/**
 * The connections, each with the answer that is under way on it. Not a set of answers: a set or a map whose
 * entries come and go is copied again and again, each copy holds on to the next one, and with them all that
 * was under way lives until the old part of the heap is collected.
 */
function createConnections() {
  const open = new Map<Socket, { underWay: ServerResponse | null }>()
  return {
    add: (socket: Socket) => {
      open.set(socket, { underWay: null })
      socket.once('close', () => open.delete(socket))
    },
    answers: (socket: Socket, response: ServerResponse) => {
      const connection = open.get(socket)
      if (connection === undefined) return
      connection.underWay = response
      response.once('close', () => {
        if (connection.underWay === response) connection.underWay = null
      })
    },
    /** A client that keeps its connection alive must not hold up the stop. */
    endWithTheirAnswer: () => {
      for (const { underWay } of open.values()) {
        if (underWay?.headersSent === false) underWay.setHeader('connection', 'close')
      }
    },
  }
}

function listenError(
  cause: unknown,
  { host, port, portSetting = 'PORT' }: ListenOptions,
): AppError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return code === 'EADDRINUSE'
    ? new AppError(
        'ADDRESS_IN_USE',
        `Port ${port} is taken by another program. Choose another one with ${portSetting}.`,
        { cause },
      )
    : new AppError('CONFIGURATION_INVALID', `Cannot listen on ${host}:${port} (${String(code)}).`, {
        cause,
      })
}

async function closeServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const cut = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearTimeout(cut)
}

/** The whole body as text, at once where it has come already; throws REQUEST_TOO_LARGE. */
export function readBody(request: IncomingMessage, maxBytes: number): string | Promise<string> {
  if (request.complete && !request.destroyed) {
    if (request.readableLength > maxBytes) throw bodyTooLarge(maxBytes)
    const body = request.read() as Buffer | null // null: there is none
    return body === null ? '' : body.toString('utf8')
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes) chunks.push(chunk)
      else {
        request.pause()
        reject(bodyTooLarge(maxBytes))
      }
    })
    request.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    request.once('error', (cause) =>
      reject(new AppError('BAD_REQUEST', 'The body did not arrive whole.', { cause })),
    )
  })
}

/** `when` is said of a body that became too large. */
export const bodyTooLarge = (maxBytes: number, when = ''): AppError =>
  new AppError('REQUEST_TOO_LARGE', `The body is larger than ${maxBytes} bytes${when}.`)

/** The body as JSON; throws BAD_REQUEST. */
export const readJson = async (request: IncomingMessage, maxBytes: number): Promise<unknown> =>
  parseJson(await readBody(request, maxBytes))

/** A body that was read, as JSON; throws BAD_REQUEST. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new AppError('BAD_REQUEST', 'The body is not valid JSON.')
  }
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...headers,
  })
  response.end(text)
}

/** A failure before any operation ran, in the shape of a GraphQL answer. */
export function sendError(
  response: ServerResponse,
  error: AppError,
  extensions: Readonly<Record<string, unknown>> = {},
): void {
  const code: ErrorCode = error.code
  const headers = {
    ...(code === 'UNAUTHENTICATED' ? { 'www-authenticate': 'Bearer' } : {}),
    // What is left of the body is not read.
    ...(code === 'REQUEST_TOO_LARGE' ? { connection: 'close' } : {}),
  }
  sendJson(
    response,
    errorCodes[code].status,
    { errors: [{ message: error.message, extensions: { code, ...error.details, ...extensions } }] },
    headers,
  )
}
