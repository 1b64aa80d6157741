/**
 * The pages of the gateway: the Playground, the tokens, their files, its configuration and, in demo mode, the
 * address that gives them demo tokens. Everything comes from this origin under a strict policy. Must not
 * know how a question is run: the pages ask `/graphql` like every other client.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '#shared/errors.ts'
import { sendJson } from '#shared/http-server.ts'
import type { Pages } from '../app.ts'
import { createAskable } from '../reports/askable.ts'
import type { Report } from '../reports/library.ts'
import { sendAsset } from './assets.ts'
import { addressOf, type Bundle, type Manifest } from './bundled.ts'
import { sendDemoToken, type DemoToken } from './demo-token.ts'
import { beingBuilt, notBuilt, shell, tokensShell } from './html.ts'

export interface PagesOptions {
  readonly mode: 'demo' | 'production'
  readonly bundle: Pick<Bundle, 'state'>
  readonly questions: readonly Report[]
  /** Empty outside demo mode. */
  readonly identities: readonly { readonly name: string; readonly label: string }[]
  /** Null outside demo mode. */
  readonly demoToken: DemoToken | null
}

/**
 * Scripts and workers only as files of this origin, never inline, never eval. Styles may be inline:
 * Monaco writes style elements and attributes as it lays out text, and offers no nonce for them.
 */
export const contentPolicy = [
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

const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': contentPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

const assets = addressOf('')

export function createPages(options: PagesOptions): Pages {
  const askable = createAskable(options.questions)
  return async (request, response, schemaSeen) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    const isOurs = ['/', '/playground', '/tokens'].includes(path) || path.startsWith('/playground/')
    if (!isOurs) return false
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
    await answer(path, request, response, { ...options, askable, schemaSeen })
    return true
  }
}

interface Answering extends PagesOptions {
  readonly askable: ReturnType<typeof createAskable>
  readonly schemaSeen: Parameters<Pages>[2]
}

async function answer(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  options: Answering,
): Promise<void> {
  const { demoToken, identities } = options
  if (path === '/playground/demo-token' && demoToken !== null) {
    await sendDemoToken(request, response, (asked) =>
      identities.some(({ name }) => name === asked) ? demoToken(asked) : null,
    )
    return
  }
  const built = options.bundle.state()
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  if (isRead && path === '/') response.writeHead(302, { location: '/playground' }).end()
  else if (isRead && path === '/playground') sendPage(request, response, built, shell)
  else if (isRead && path === '/tokens') sendPage(request, response, built, tokensShell)
  else if (isRead && path === '/playground/config.json') sendConfig(response, options)
  else if (isRead && path === '/playground/questions.json') await sendQuestions(response, options)
  else if (isRead && path.startsWith(assets) && typeof built === 'object')
    await sendAsset(path.slice(assets.length), built, request, response)
  else throw new AppError('NOT_FOUND', 'There is nothing at this address.')
}

function sendPage(
  { method }: IncomingMessage,
  response: ServerResponse,
  built: ReturnType<Bundle['state']>,
  htmlOf: (manifest: Manifest) => string,
): void {
  const isWaiting = built === 'BEING_BUILT'
  const html = isWaiting ? beingBuilt : built === 'FAILED' ? notBuilt : htmlOf(built)
  response
    .writeHead(typeof built === 'object' ? 200 : 503, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': Buffer.byteLength(html),
      'cache-control': 'no-store', // it names the files of one bundle
      ...(isWaiting ? { refresh: '2', 'retry-after': '2' } : {}),
    })
    .end(method === 'HEAD' ? undefined : html)
}

function sendConfig(response: ServerResponse, { mode, identities }: PagesOptions): void {
  sendJson(response, 200, { mode, identities }, { 'cache-control': 'no-store' })
}

/** The saved questions that the caller can ask: others would tell names that the caller may not know. */
async function sendQuestions(response: ServerResponse, options: Answering): Promise<void> {
  const labels = new Map(options.identities.map(({ name, label }) => [name, label]))
  const asked = options.askable(await options.schemaSeen())
  const questions = asked.map(({ identity, ...question }) => ({
    ...question,
    /** Who may read all of it: a demo identity means nothing in production. */
    reader: labels.get(identity) ?? null,
  }))
  response.appendHeader('vary', 'authorization')
  sendJson(response, 200, { questions }, { 'cache-control': 'private, no-store' })
}
