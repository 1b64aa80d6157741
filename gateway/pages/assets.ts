/**
 * The files of the bundle over HTTP. Names carry the hash of the content, so a file never changes and
 * is kept for ever. Only names that the bundle lists exist: no path is ever made from the address.
 */
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import type { Built } from './bundled.ts'

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
}

/** Best first. */
const encodings = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const

export async function sendAsset(
  name: string,
  { folder, files }: Built,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const type = types[extname(name)]
  if (type === undefined || !files.has(name)) {
    throw new AppError('NOT_FOUND', 'There is no such file.')
  }
  const accepted = acceptedEncodings(request.headers['accept-encoding'])
  const [encoding, suffix] = encodings.find(
    ([each, ending]) => accepted.has(each) && files.has(name + ending),
  ) ?? [null, '']
  const content = await readFile(join(folder, name + suffix))
  response
    .writeHead(200, {
      'content-type': type,
      'content-length': content.length,
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
      ...(encoding === null ? {} : { 'content-encoding': encoding }),
    })
    .end(request.method === 'HEAD' ? undefined : content)
}

function acceptedEncodings(header: string | string[] | undefined): ReadonlySet<string> {
  const entries = String(header ?? '').split(',')
  return new Set(
    entries
      .map((entry) => entry.toLowerCase().split(';'))
      .filter(([, weight]) => !/^\s*q=0(\.0*)?\s*$/.test(weight ?? ''))
      .map(([encoding = '']) => encoding.trim()),
  )
}
