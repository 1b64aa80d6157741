/**
 * The gateway's own small subgraph: who asks, what may still be asked, the tokens of partners, the audit,
 * and decisions about the crosswalk. It holds no business data.
 */
import { openSubgraph } from '#shared/open.ts'
import type { Principal } from '#shared/principal.ts'
import { defineSubgraph, mergeResolvers } from '#shared/subgraph.ts'
import { sourceOf } from '../sources/in-process.ts'
import type { Source } from '../sources/source.ts'
import type { AuditLog } from '../audit/log.ts'
import { auditResolvers } from './audit.ts'
import { identityResolvers, type PlatformIdentity } from './identity.ts'
import { limitsResolvers, type LookLimits } from './limits.ts'
import { rateLimitResolvers, type LookRateLimit } from './rate-limit.ts'
import { platformName, platformSchema } from './schema.ts'
import { tokenResolvers, type PlatformTokens } from './tokens.ts'

interface Platform {
  readonly principal: Principal
}

const viewerResolvers = {
  Query: {
    viewer: (_: unknown, __: object, { principal }: Platform) => principal,
  },
  Viewer: {
    rowRule: ({ rows }: Principal) => rows?.rule ?? null,
    employee: ({ facts }: Principal) =>
      facts.loginId === undefined ? null : { loginId: facts.loginId },
  },
}

export interface PlatformOptions {
  /** Null where callers need none. */
  readonly tokens: PlatformTokens | null
  readonly rateLimit: LookRateLimit
  readonly limitsOf: LookLimits
  /** Null where nothing is kept. */
  readonly audit: AuditLog | null
  readonly identity: PlatformIdentity
}

export const platformSource = ({
  tokens,
  rateLimit,
  limitsOf,
  audit,
  identity,
}: PlatformOptions): Source =>
  sourceOf(
    platformName,
    openSubgraph(
      defineSubgraph({
        name: platformName,
        schema: platformSchema,
        databases: {},
        loaders: () => ({}),
        resolvers: mergeResolvers(
          viewerResolvers,
          tokenResolvers(tokens),
          rateLimitResolvers(rateLimit),
          limitsResolvers(limitsOf),
          auditResolvers(audit),
          identityResolvers(identity),
        ),
      }),
      { data: '', timeZone: 'UTC', fiscalYearStartMonth: 1 },
    ),
  )
