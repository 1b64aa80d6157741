/**
 * The pages of the gateway: the Playground, its files, its configuration and, in demo mode, the
 * address that gives it demo tokens. Everything comes from this origin under a strict policy.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { readJson, sendJson } from '#shared/http-server.ts'
import type { Pages } from '../app.ts'
import type { Log } from '../log.ts'
import type { Report } from '../reports/library.ts'

export interface PagesOptions {
  readonly mode: 'demo' | 'production'
  readonly log: Log
  readonly questions: readonly Report[]
  /** Empty outside demo mode. */
  readonly identities: readonly { readonly name: string; readonly label: string }[]
  /** Null outside demo mode. */
  readonly demoToken: ((identity: string) => string | null) | null
}

const here = import.meta.dirname
const buildFolder = join(here, 'build')

/** Monaco writes style elements as it runs, so styles may be inline; scripts may not. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
}

export function createPages(options: PagesOptions): Pages {
  const bundle = ensureBundle(options.log)
  return async (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    if (path === '/' && request.method === 'GET') {
      response.writeHead(302, { location: '/playground' }).end()
      return true
    }
    if (path !== '/playground' && !path.startsWith('/playground/')) return false
    response.setHeader('content-security-policy', policy)
    response.setHeader('referrer-policy', 'no-referrer')
    if (path === '/playground') sendPage(response, bundle.isReady())
    else if (path === '/playground/config.json') sendConfig(response, options)
    else if (path === '/playground/demo-token') await sendDemoToken(request, response, options)
    else if (path.startsWith('/playground/assets/'))
      await sendAsset(path.slice('/playground/assets/'.length), response)
    else throw new AppError('NOT_FOUND', 'There is nothing at this address.')
    return true
  }
}

/** Bundles in a child process when there is no bundle of these sources and packages. */
function ensureBundle(log: Log): { isReady(): boolean } {
  const key = bundleKey()
  let ready = keyOfBundle() === key
  if (!ready) {
    const child = spawn(process.execPath, [join(here, 'bundle.ts'), key], { stdio: 'ignore' })
    child.unref() // a gateway that stops does not wait for its page
    child.once('error', (error) => log.error({ err: error }, 'the Playground could not be bundled'))
    child.once('exit', (code) => {
      ready = code === 0
      if (code !== 0) log.error({ code }, 'the Playground could not be bundled')
    })
  }
  return { isReady: () => ready }
}

function bundleKey(): string {
  const hash = createHash('sha256').update(readFileSync(join(here, '../../package-lock.json')))
  for (const file of globSync(['bundle.ts', 'playground/*'], { cwd: here }).toSorted()) {
    hash.update(readFileSync(join(here, file)))
  }
  return hash.digest('hex')
}

function keyOfBundle(): string | null {
  try {
    return readFileSync(join(buildFolder, 'key'), 'utf8')
  } catch {
    return null // there is none
  }
}

function sendPage(response: ServerResponse, isReady: boolean): void {
  response.setHeader('cache-control', 'no-store')
  response.setHeader('content-type', 'text/html; charset=utf-8')
  if (!isReady) {
    response.setHeader('refresh', '2')
    response.end(
      '<!doctype html><title>Isthmus Playground</title><p>The Playground is being built. This page reloads by itself.</p>',
    )
    return
  }
  response.end(
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Isthmus Playground</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/playground/assets/main.css"></head><body><div id="playground"></div><script type="module" src="/playground/assets/main.js"></script></body></html>',
  )
}

function sendConfig(response: ServerResponse, { mode, identities, questions }: PagesOptions): void {
  sendJson(
    response,
    200,
    {
      mode,
      identities,
      questions: questions.map(({ name, title, theme, description, operation, variables }) => ({
        name,
        title,
        theme,
        description,
        operation,
        variables,
      })),
    },
    { 'cache-control': 'no-store' },
  )
}

/** Only this origin's page may ask: a simple form of another page has neither header. */
async function sendDemoToken(
  request: IncomingMessage,
  response: ServerResponse,
  { demoToken }: PagesOptions,
) {
  if (demoToken === null) throw new AppError('NOT_FOUND', 'There is nothing at this address.')
  const isOwn = ['same-origin', undefined].includes(headerOf(request, 'sec-fetch-site'))
  const isJson = headerOf(request, 'content-type')?.startsWith('application/json') === true
  if (request.method !== 'POST' || !isJson || !isOwn) {
    throw new AppError('FORBIDDEN', 'Demo tokens are given to the Playground only.')
  }
  const body = await readJson(request, 1_024)
  const name: unknown = typeof body === 'object' && body !== null && 'as' in body ? body.as : null
  const token = typeof name === 'string' ? demoToken(name) : null
  if (token === null)
    throw new AppError('BAD_USER_INPUT', '"as" takes the name of a demo identity.')
  sendJson(response, 200, { token }, { 'cache-control': 'no-store' })
}

const headerOf = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name]
  return Array.isArray(value) ? value[0] : value
}

async function sendAsset(name: string, response: ServerResponse): Promise<void> {
  const type = types[extname(name)]
  if (type === undefined || !/^[\w.-]+$/.test(name))
    throw new AppError('NOT_FOUND', 'There is no such file.')
  try {
    const content = await readFile(join(buildFolder, name))
    const isHashed = /^(chunk|asset)-/.test(name)
    response
      .writeHead(200, {
        'content-type': type,
        'content-length': content.length,
        'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
      })
      .end(content)
  } catch (cause) {
    throw new AppError(
      'NOT_FOUND',
      'There is no such file.',
      cause instanceof Error && 'code' in cause && cause.code === 'ENOENT' ? {} : { cause },
    )
  }
}
