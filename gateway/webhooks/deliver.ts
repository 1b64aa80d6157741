/**
 * Sends an event to a webhook, signed after Standard Webhooks (https://www.standardwebhooks.com). What
 * may pass by itself is tried again under the same id, within one deadline; a redirect is an answer
 * like any other, as the address is the one that the operator wrote down. Knows neither partners nor
 * reports.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import { request } from 'undici'
import { AppError } from '#shared/errors.ts'

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
  /** Milliseconds for all tries and what is waited between them. */
  readonly deadlineMs?: number
  /** Milliseconds for one try. */
  readonly tryMs?: number
  /** Told what came of a try after which there is another. */
  readonly onRetry?: (text: string) => void
  /** How it is waited between two tries. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>
}

export interface Delivered {
  /** The `webhook-id`. */
  readonly id: string
  readonly status: number
  /** Milliseconds that the last try took. */
  readonly tookMs: number
}

const sleep = (ms: number, signal: AbortSignal): Promise<void> => delay(ms, undefined, { signal })

/** Before the second try; twice as long before each further one. */
const firstWaitMs = 1_000

export async function deliver(
  { type, data }: WebhookEvent,
  { url, secrets }: Endpoint,
  {
    maxTries = 5,
    deadlineMs = 60_000,
    tryMs = 15_000,
    onRetry = () => undefined,
    wait = sleep,
  }: DeliverOptions = {},
): Promise<Delivered> {
  const id = `msg_${randomUUID()}`
  const body = JSON.stringify({ type, timestamp: new Date().toISOString(), data })
  const signers = secrets.map((secret) => new Webhook(secret))
  const deadline = AbortSignal.timeout(deadlineMs)
  for (let tried = 1; ; tried += 1) {
    const startedAt = performance.now()
    // The time of the try, not of the event: a receiver refuses what is minutes old.
    const at = new Date()
    const outcome = await post(url, {
      body,
      signal: AbortSignal.any([deadline, AbortSignal.timeout(tryMs)]),
      headers: {
        'content-type': 'application/json',
        'user-agent': 'isthmus',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': signers.map((signer) => signer.sign(id, at, body)).join(' '),
      },
    })
    const tookMs = Math.round(performance.now() - startedAt)
    if (typeof outcome === 'number' && outcome >= 200 && outcome < 300)
      return { id, status: outcome, tookMs }
    const said = typeof outcome === 'number' ? `status ${outcome}` : outcome
    if (deadline.aborted) throw failed(`no success within ${deadlineMs / 1_000} s: ${said}`, tried)
    if (!mayPass(outcome) || tried >= maxTries) throw failed(said, tried)
    // A little at random, so that several do not come back together.
    const waitMs = Math.round(firstWaitMs * 2 ** (tried - 1) * (0.8 + Math.random() * 0.4))
    onRetry(
      `Try ${tried} of ${maxTries}: ${said}; the next one in ${(waitMs / 1_000).toFixed(1)} s.`,
    )
    await wait(waitMs, deadline).catch(() => {
      throw failed(`no success within ${deadlineMs / 1_000} s: ${said}`, tried)
    })
  }
}

/** The status, or why there is none. */
type Outcome = number | string

/** Whether the same may be taken later: no answer, too early, too much, or a fault over there. */
const mayPass = (outcome: Outcome): boolean =>
  typeof outcome === 'string' || outcome === 408 || outcome === 429 || outcome >= 500

interface Sent {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly signal: AbortSignal
}

async function post(url: string, { headers, body, signal }: Sent): Promise<Outcome> {
  try {
    const answer = await request(url, { method: 'POST', headers, body, signal })
    // The status decides; what else is said is let go, and need not come whole.
    await answer.body.dump().catch(() => undefined)
    return answer.statusCode
  } catch (error) {
    if (signal.aborted) return 'no answer in time'
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    return `it could not be reached${code}`
  }
}

const failed = (said: string, tried: number): AppError =>
  new AppError(
    'WEBHOOK_FAILED',
    `The webhook did not take what was sent: ${said}${tried === 1 ? '' : `, at try ${tried}`}.`,
  )
