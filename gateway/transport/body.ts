/**
 * A request's body as text: bounded as it comes and, where it was compressed, as it is unpacked, so that
 * nothing small becomes something large in memory.
 */
import type { IncomingMessage } from 'node:http'
import type { Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { AppError } from '#shared/errors.ts'
import { bodyTooLarge, readBody } from '#shared/http-server.ts'

export interface BodyLimits {
  readonly bodyBytes: number
  readonly decompressedBytes: number
}

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

/** Throws REQUEST_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE or BAD_REQUEST. */
export async function readText(request: IncomingMessage, limits: BodyLimits): Promise<string> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  refuseAnnounced(request, limits.bodyBytes)
  if (encoding === 'identity') return readBody(request, limits.bodyBytes)
  const decoder = Object.hasOwn(decoders, encoding) ? decoders[encoding] : undefined
  if (decoder === undefined) {
    throw new AppError(
      'UNSUPPORTED_MEDIA_TYPE',
      'A body may be compressed once, with gzip, deflate or br.',
    )
  }
  return await unpacked(request, decoder(), limits)
}

/** What says itself that it is too large is not waited for. */
function refuseAnnounced({ headers }: IncomingMessage, maxBytes: number): void {
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw bodyTooLarge(maxBytes)
}

function unpacked(
  request: IncomingMessage,
  decoder: Transform,
  { bodyBytes, decompressedBytes }: BodyLimits,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let packed = 0
    let size = 0
    const stop = (error: AppError) => {
      request.unpipe(decoder)
      request.pause()
      decoder.destroy()
      reject(error)
    }
    request.on('data', (chunk: Buffer) => {
      packed += chunk.length
      if (packed > bodyBytes) stop(bodyTooLarge(bodyBytes))
    })
    decoder.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > decompressedBytes) stop(bodyTooLarge(decompressedBytes, ' once it is unpacked'))
      else chunks.push(chunk)
    })
    decoder.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    decoder.once('error', (cause) =>
      stop(new AppError('BAD_REQUEST', 'The compressed body cannot be unpacked.', { cause })),
    )
    request.once('error', (cause) =>
      stop(new AppError('BAD_REQUEST', 'The body did not arrive whole.', { cause })),
    )
    request.pipe(decoder)
  })
}
