/**
 * What is sent to the webhook of a partner, with its entries in the audit: who sent what to whom, and what
 * became of it. The host is the partner's own, as its file has it.
 */
import type { Delivery } from '../audit/entry.ts'
import type { Environment } from '../config.ts'
import {
  deliver,
  type Delivered,
  type DeliverOptions,
  type Endpoint,
  type WebhookEvent,
} from '../webhooks/deliver.ts'
import { localIdentities } from './identities.ts'

export interface Sending {
  readonly event: WebhookEvent
  readonly endpoint: Endpoint
  /** The subject of the partner. */
  readonly partner: string
  /** The name of the report, where it is one. */
  readonly report?: string
}

/** Throws AUDIT_UNAVAILABLE before anything is sent, and WEBHOOK_FAILED. */
export async function delivered(
  { event, endpoint, partner, report }: Sending,
  env: Environment,
  options?: Omit<DeliverOptions, 'onTry'>,
): Promise<Delivered> {
  await using identities = await localIdentities(env)
  let last: Delivery | undefined
  const onTry = (attempt: Delivery) => {
    last = attempt
  }
  return await identities.audited({
    command: `webhook ${event.type}`,
    about: [
      `Subject:subject=${partner}`,
      ...(report === undefined ? [] : [`Report:name=${report}`]),
      `Webhook:host=${new URL(endpoint.url).host}`,
    ],
    work: () => deliver(event, endpoint, { ...options, onTry }),
    delivery: () => last,
  })
}
