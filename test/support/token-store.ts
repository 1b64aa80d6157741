/** The administration, the verifier and the grants over a store, with a clock: one process of several. */
import { noLog } from '../../gateway/log.ts'
import { openStore } from '../../gateway/store/store.ts'
import { createAdministration } from '../../gateway/tokens/administration.ts'
import { createGrants } from '../../gateway/tokens/grants.ts'
import { createIssuedVerifier } from '../../gateway/tokens/issued.ts'
import type { StorePlace } from './stores.ts'

export const partner = 'partner:harbour-distribution'

/** Another process is another one of these at the same place. */
export async function openTokens({ address }: Pick<StorePlace, 'address'>) {
  const store = await openStore(address)
  const clock = { now: Date.UTC(2026, 0, 1) }
  const now = () => clock.now
  const partners = new Set([partner])
  const isPartner = (subject: string) => partners.has(subject)
  const planScopes = (subject: string) => (isPartner(subject) ? [] : null)
  const grants = createGrants({ store, maxUnseenDays: 30, isPartner, log: noLog, now })
  const verify = createIssuedVerifier({
    store,
    environment: 'live',
    now,
    onUse: (id) => grants.used(id),
  })
  return {
    store,
    clock,
    partners,
    grants,
    administration: createAdministration({ store, environment: 'live', planScopes, now }),
    verify: async (token: string, from: string | undefined) =>
      await verify(token, from, await store.revision()),
    bar: async (subject: string) => await grants.bar(subject, await store.revision()),
    [Symbol.asyncDispose]: async () => {
      await grants[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}
