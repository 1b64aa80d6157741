/**
 * Writes an answer: usual ones in one piece, large ones piece by piece as fast as the client takes
 * them, compressed where the client asks for it and it pays.
 */
import { transcode } from 'node:buffer'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { constants, createGzip, gzip } from 'node:zlib'
import type { ExecutionResult } from 'graphql'
import { endOfTurn } from '../turn.ts'
import { estimatedLength, jsonPieces } from './json-pieces.ts'

export interface AnswerOptions {
  readonly status: number
  readonly contentType: string
  readonly acceptEncoding: string | string[] | undefined
}

/** Below this a packet or two carry it as it is. */
const minCompressed = 32 * 1024

/** From here on, in characters, the encoding is what an answer costs most. */
const minEncoded = 16 * 1024

/** From about here on, in characters, an answer is written in pieces. */
const minInPieces = 1024 * 1024

/** How long a client may take nothing of its answer. */
const stalledMs = 30_000

const compress = promisify(gzip)

/** The quickest level: it runs beside the event loop, and saves four fifths of most answers. */
const compression = { level: constants.Z_BEST_SPEED }

export async function sendAnswer(
  response: ServerResponse,
  answer: ExecutionResult | readonly ExecutionResult[],
  { status, contentType, acceptEncoding }: AnswerOptions,
): Promise<void> {
  if (response.destroyed) return
  const headers = { 'content-type': contentType }
  const isPacked = takesGzip(acceptEncoding)
  if (estimatedLength(answer) >= minInPieces) {
    if (isPacked) markPacked(response)
    response.writeHead(status, headers)
    cutOffStalled(response)
    await sendInPieces(response, answer, isPacked)
    return
  }
  const text = JSON.stringify(answer)
  if (text.length >= minCompressed && isPacked) {
    const packed = await compress(encoded(text), compression)
    markPacked(response)
    await sendWhole(response, packed, { status, contentType })
    return
  }
  await sendWhole(response, bytesOf(text), { status, contentType })
}

/** A text that is made already, as it is. */
export const sendText = (
  response: ServerResponse,
  text: string,
  options: Pick<AnswerOptions, 'status' | 'contentType'>,
): Promise<void> => sendWhole(response, bytesOf(text), options)

/** With the answers to others that came in this turn. */
async function sendWhole(
  response: ServerResponse,
  bytes: Buffer,
  { status, contentType }: Pick<AnswerOptions, 'status' | 'contentType'>,
): Promise<void> {
  await endOfTurn()
  if (response.destroyed) return
  response.writeHead(status, { 'content-type': contentType, 'content-length': bytes.length })
  response.end(bytes)
  // Most answers are with the system at once; what is left, or waits for its turn, waits for the client.
  if (response.socket?.writableLength !== 0) cutOffStalled(response)
}

/** Who takes nothing of an answer for that long is cut off. */
function cutOffStalled(response: ServerResponse): void {
  response.setTimeout(stalledMs, () => response.destroy())
}

/** Beside what the answer varies by otherwise. */
function markPacked(response: ServerResponse): void {
  response.setHeader('content-encoding', 'gzip')
  response.appendHeader('vary', 'accept-encoding')
}

const bytesOf = (text: string): Buffer =>
  text.length < minEncoded ? Buffer.from(text) : encoded(text)

/** Text that is not Latin has two bytes a character here, and is encoded thrice as fast this way. */
const encoded = (text: string): Buffer => transcode(Buffer.from(text, 'utf16le'), 'utf16le', 'utf8')

/** No further piece is made before the client has taken the one before; none once it has left. */
async function sendInPieces(
  response: ServerResponse,
  answer: ExecutionResult | readonly ExecutionResult[],
  isPacked: boolean,
): Promise<void> {
  const pieces = Readable.from(unhurried(jsonPieces(answer)))
  try {
    await (isPacked
      ? pipeline(pieces, createGzip(compression), response)
      : pipeline(pieces, response))
  } catch (error) {
    if (!isLeft(error)) throw error
  }
}

/** Lets others have their turn between the pieces, however fast the client is. */
async function* unhurried(pieces: Iterable<string>): AsyncGenerator<string, void> {
  for (const piece of pieces) {
    yield piece
    await setImmediate()
  }
}

/** Whether the client has closed the connection. */
const isLeft = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'].includes(String(error.code))

const takesGzip = (accepted: string | string[] | undefined): boolean =>
  /(^|[\s,])gzip(?!;\s*q=0(\.0*)?(\s*,|\s*$))/.test(String(accepted ?? ''))
