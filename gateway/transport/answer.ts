/**
 * Writes an answer: small ones in one piece, large ones piece by piece as fast as the client takes
 * them, compressed where the client asks for it and it pays.
 */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { ExecutionResult } from 'graphql'

export interface AnswerOptions {
  readonly status: number
  readonly contentType: string
  readonly acceptEncoding: string | string[] | undefined
}

/** Below this a packet or two carry it as it is. */
const minCompressed = 32 * 1024

/** What is given to the socket at once. */
const pieceLength = 256 * 1024

/** How long a client may take nothing of its answer. */
const stalledMs = 30_000

const compress = promisify(gzip)

export async function sendAnswer(
  response: ServerResponse,
  answer: ExecutionResult | readonly ExecutionResult[],
  { status, contentType, acceptEncoding }: AnswerOptions,
): Promise<void> {
  if (response.destroyed) return
  // Who takes nothing of an answer for that long is cut off.
  response.setTimeout(stalledMs, () => response.destroy())
  const text = JSON.stringify(answer)
  const headers = { 'content-type': contentType }
  if (text.length >= minCompressed && takesGzip(acceptEncoding)) {
    // The quickest level: it runs beside the event loop, and saves four fifths of most answers.
    const packed = await compress(text, { level: constants.Z_BEST_SPEED })
    response.writeHead(status, {
      ...headers,
      'content-encoding': 'gzip',
      'content-length': packed.length,
      vary: 'accept-encoding',
    })
    response.end(packed)
    return
  }
  if (text.length <= pieceLength) {
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) })
    response.end(text)
    return
  }
  response.writeHead(status, headers)
  for (let at = 0; at < text.length && !response.destroyed; at += pieceLength) {
    if (!response.write(text.slice(at, at + pieceLength))) await drained(response)
  }
  response.end()
}

const takesGzip = (accepted: string | string[] | undefined): boolean =>
  /(^|[\s,])gzip(?!;\s*q=0(\.0*)?(\s*,|\s*$))/.test(String(accepted ?? ''))

/** Until the client has taken what it was given, or has left. */
async function drained(response: ServerResponse): Promise<void> {
  const left = new AbortController()
  const leave = () => left.abort()
  response.once('close', leave)
  try {
    await once(response, 'drain', { signal: left.signal })
  } catch (error) {
    if (!left.signal.aborted) throw error
  } finally {
    response.off('close', leave)
  }
}
