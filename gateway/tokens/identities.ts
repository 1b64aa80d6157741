/**
 * All that says who may come in, put together: the store, the verifiers of both kinds of tokens, the
 * grants and the administration. One for each app; `app.ts` knows no more of tokens than this.
 */
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import type { Policy } from '../policy/policy.ts'
import type { Principals } from '../policy/principals.ts'
import { openStore, type Store } from '../store/store.ts'
import { createAdministration, type TokenAdministration } from './administration.ts'
import { createCallers, type Callers } from './callers.ts'
import { createOAuthEndpoint, type OAuthEndpoint } from '../transport/oauth.ts'
import { createGrantByAssertion } from './client-assertion.ts'
import type { TokenEnvironment } from './format.ts'
import { createGrants, type Grants } from './grants.ts'
import { createIssuedVerifier } from './issued.ts'
import { createVerifier } from './verify.ts'

export interface IdentitiesOptions {
  readonly config: Config
  readonly log: Log
  /** Set in demo mode only. */
  readonly demoSecret: string | undefined
  readonly policy: () => Policy
}

export interface Identities extends AsyncDisposable {
  readonly store: Store
  readonly grants: Grants
  readonly administration: TokenAdministration
  /** The token endpoint under the name of this gateway; in production only configuration gives it. */
  oauth(url: string): OAuthEndpoint | null
  callers(principals: Principals): Callers
}

export const environmentOf = ({ mode }: Pick<Config, 'mode'>): TokenEnvironment =>
  mode === 'demo' ? 'demo' : 'live'

export async function openIdentities({
  config,
  log,
  demoSecret,
  policy,
}: IdentitiesOptions): Promise<Identities> {
  const now = Date.now
  const store = await openStore(config.store)
  const environment = environmentOf(config)
  const isPartner = (subject: string) => policy().partner(subject) !== undefined
  const { maxUnseenDays } = config
  const grants = createGrants({ store, maxUnseenDays, isPartner, log, now })
  const administration = createAdministration({
    store,
    environment,
    planScopes: (subject) => policy().partner(subject)?.scopes ?? null,
    now,
  })
  return {
    store,
    grants,
    administration,
    oauth: (url) => {
      const issuer = config.publicUrl ?? (config.mode === 'demo' ? url : null)
      if (issuer === null) return null
      return createOAuthEndpoint({
        issuer,
        grant: createGrantByAssertion({ store, administration, grants, policy, log, now }),
      })
    },
    callers: (principals) =>
      createCallers({
        verify: createVerifier({
          issuers: config.issuers,
          demoSecret,
          now,
          onProblem: (error) => log.error({ err: error }, 'the keys of an issuer could not be had'),
        }),
        verifyIssued: createIssuedVerifier({
          store,
          environment,
          now,
          onUse: (id) => grants.used(id),
        }),
        grants,
        revision: () => store.revision(),
        policy,
        principals,
      }),
    [Symbol.asyncDispose]: async () => {
      await grants[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}
