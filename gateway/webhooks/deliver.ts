/**
 * Sends an event to a webhook, signed after Standard Webhooks (https://www.standardwebhooks.com). What
 * may pass by itself is tried again under the same id, within a time; one that says when to come back is
 * waited for longer. A redirect is an answer like any other, as the address is the one that the operator
 * wrote down. Knows neither partners nor reports.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import { request } from 'undici'
import { AppError } from '#shared/errors.ts'
import { retryAfterMs } from './retry-after.ts'

export interface WebhookEvent {
  readonly type: 'report' | 'ping'
  readonly data: Readonly<Record<string, unknown>>
}

export interface Endpoint {
  readonly url: string
  /** As `whsec_…`; each signs. */
  readonly secrets: readonly string[]
}

export interface DeliverOptions {
  /** At most so many, the first one counted. */
  readonly maxTries?: number
  /** Milliseconds for all tries and what is waited between them, but for what the receiver asks for. */
  readonly deadlineMs?: number
  /** Milliseconds that are waited altogether because the receiver asks for it by `Retry-After`. */
  readonly maxAskedMs?: number
  /** Milliseconds for one try. */
  readonly tryMs?: number
  /** Told of each try, as soon as it has an end. */
  readonly onTry?: (attempt: Attempt) => void
  /** Told what came of a try after which there is another. */
  readonly onRetry?: (text: string) => void
  /** How it is waited between two tries. */
  readonly wait?: (ms: number) => Promise<void>
}

export interface Attempt {
  /** The `webhook-id`. */
  readonly id: string
  /** With this one. */
  readonly tries: number
  /** Of the body. */
  readonly bytes: number
  /** Null: there was no answer. */
  readonly status: number | null
}

export interface Delivered {
  /** The `webhook-id`. */
  readonly id: string
  readonly status: number
  /** Milliseconds that the last try took. */
  readonly tookMs: number
}

/** Before the second try; twice as long before each further one. */
const firstWaitMs = 1_000

export async function deliver(
  { type, data }: WebhookEvent,
  { url, secrets }: Endpoint,
  {
    maxTries = 5,
    deadlineMs = 60_000,
    maxAskedMs = 5 * 60_000,
    tryMs = 15_000,
    onTry = () => undefined,
    onRetry = () => undefined,
    wait = delay,
  }: DeliverOptions = {},
): Promise<Delivered> {
  const id = `msg_${randomUUID()}`
  const body = JSON.stringify({ type, timestamp: new Date().toISOString(), data })
  const bytes = Buffer.byteLength(body)
  const signers = secrets.map((secret) => new Webhook(secret))
  let leftMs = deadlineMs
  let askedLeftMs = maxAskedMs
  for (let tried = 1; ; tried += 1) {
    const startedAt = performance.now()
    // The time of the try, not of the event: a receiver refuses what is minutes old.
    const at = new Date()
    const { status, said, askedMs } = await post(url, {
      body,
      signal: AbortSignal.timeout(Math.min(tryMs, leftMs)),
      headers: {
        'content-type': 'application/json',
        'user-agent': 'isthmus',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': signers.map((signer) => signer.sign(id, at, body)).join(' '),
      },
    })
    const tookMs = Math.round(performance.now() - startedAt)
    onTry({ id, tries: tried, bytes, status })
    if (status !== null && status >= 200 && status < 300) return { id, status, tookMs }
    leftMs -= tookMs
    const tooLate = `no success within ${deadlineMs / 1_000} s: ${said}`
    if (leftMs <= 0) throw failed(tooLate, tried)
    if (!mayPass(status) || tried >= maxTries) throw failed(said, tried)
    // A little at random, so that several do not come back together.
    const ownMs = Math.round(firstWaitMs * 2 ** (tried - 1) * (0.8 + Math.random() * 0.4))
    if (askedMs > ownMs) {
      if (askedMs > askedLeftMs) throw failed(`${said}, and ${askedTooMuch(askedMs)}`, tried)
      askedLeftMs -= askedMs
    } else {
      if (ownMs >= leftMs) throw failed(tooLate, tried)
      leftMs -= ownMs
    }
    const waitMs = Math.max(askedMs, ownMs)
    onRetry(
      `Try ${tried} of ${maxTries}: ${said}; the next one in ${(waitMs / 1_000).toFixed(1)} s.`,
    )
    await wait(waitMs)
  }
}

const askedTooMuch = (ms: number): string =>
  `it wants to be asked again only in ${Math.ceil(ms / 1_000)} s, which is not waited for`

interface Outcome {
  /** Null: there was no answer. */
  readonly status: number | null
  /** The status, or why there is none. */
  readonly said: string
  /** Milliseconds that it wants not to be asked again. */
  readonly askedMs: number
}

const unanswered = (said: string): Outcome => ({ status: null, said, askedMs: 0 })

/** Whether the same may be taken later: no answer, too early, too much, or a fault over there. */
const mayPass = (status: number | null): boolean =>
  status === null || status === 408 || status === 429 || status >= 500

/** Where `Retry-After` says when it will be taken (RFC 9110, 15.6.4, and RFC 6585, 4). */
const saysWhen = (status: number): boolean => status === 429 || status === 503

interface Sent {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly signal: AbortSignal
}

async function post(url: string, { headers, body, signal }: Sent): Promise<Outcome> {
  try {
    const {
      statusCode: status,
      headers: { 'retry-after': after },
      body: rest,
    } = await request(url, { method: 'POST', headers, body, signal })
    // The status decides; what else is said is let go, and need not come whole.
    await rest.dump().catch(() => undefined)
    const askedMs = saysWhen(status) ? retryAfterMs([after].flat().at(0), Date.now()) : null
    return { status, said: `status ${status}`, askedMs: askedMs ?? 0 }
  } catch (error) {
    if (signal.aborted) return unanswered('no answer in time')
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    return unanswered(`it could not be reached${code}`)
  }
}

const failed = (said: string, tried: number): AppError =>
  new AppError(
    'WEBHOOK_FAILED',
    `The webhook did not take what was sent: ${said}${tried === 1 ? '' : `, at try ${tried}`}.`,
  )
