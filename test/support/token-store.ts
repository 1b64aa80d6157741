/** A store of its own in a new folder, with the administration and the verifier over it and a clock. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noLog } from '../../gateway/log.ts'
import { openStore } from '../../gateway/store/store.ts'
import { createAdministration } from '../../gateway/tokens/administration.ts'
import { createGrants } from '../../gateway/tokens/grants.ts'
import { createIssuedVerifier } from '../../gateway/tokens/issued.ts'

export const partner = 'partner:harbour-distribution'

/** Another process is another one of these with the same file. */
export function openTokens(
  file = join(mkdtempSync(join(tmpdir(), 'isthmus-tokens-')), 'a.sqlite'),
) {
  const store = openStore(file)
  const clock = { now: Date.UTC(2026, 0, 1) }
  const now = () => clock.now
  const partners = new Set([partner])
  const isPartner = (subject: string) => partners.has(subject)
  const planScopes = (subject: string) => (isPartner(subject) ? [] : null)
  const grants = createGrants({ store, maxUnseenDays: 30, isPartner, log: noLog, now })
  return {
    file,
    store,
    clock,
    partners,
    grants,
    administration: createAdministration({ store, environment: 'live', planScopes, now }),
    verify: createIssuedVerifier({
      store,
      environment: 'live',
      now,
      onUse: (id) => grants.used(id),
    }),
    [Symbol.dispose]: () => {
      grants[Symbol.dispose]()
      store[Symbol.dispose]()
      rmSync(join(file, '..'), { recursive: true, force: true })
    },
  }
}
