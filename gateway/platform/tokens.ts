/**
 * The tokens of partners in the graph: the administration behind fields and mutations. The scopes are
 * checked before a question is planned, and here once more, where the change is made.
 */
import { AppError } from '#shared/errors.ts'
import { isObject } from '#shared/json.ts'
import { maxListRows } from '#shared/limits.ts'
import type { Principal } from '#shared/principal.ts'
import type { Resolvers } from '#shared/subgraph.ts'
import type { Partner } from '../policy/policy.ts'
import type { IssuedToken } from '../store/tokens.ts'
import { pageOf, type PageArgs } from './page.ts'
import { statusOf, type By, type TokenAdministration } from '../tokens/administration.ts'

export interface PlatformTokens {
  readonly administration: TokenAdministration
  readonly plans: () => readonly Partner[]
}

interface Context {
  readonly principal: Principal
}

interface TokenPageArgs extends PageArgs {
  readonly subject?: string | null
}

type TokenPosition = Pick<IssuedToken, 'createdAt' | 'id'>

interface Change<Input> {
  readonly input: Input
  readonly idempotencyKey: string
}

interface CreateInput {
  readonly subject: string
  readonly name: string
  readonly days: number
  readonly addresses?: readonly string[] | null
  readonly scopes?: readonly string[] | null
}

interface RotateInput {
  readonly id: string
  readonly days?: number | null
  readonly overlapHours: number
}

export function tokenResolvers(tokens: PlatformTokens | null): Resolvers {
  const known = (): PlatformTokens => {
    if (tokens !== null) return tokens
    throw new AppError('FORBIDDEN', 'This gateway takes no tokens.')
  }
  const reading = ({ principal }: Context) => allowed(known(), principal, 'platform:token:read')
  const writing = ({ principal }: Context) =>
    allowed(known(), principal, 'platform:token:write').administration

  return {
    Query: {
      tokens: (_: unknown, args: TokenPageArgs, context: Context) =>
        page(reading(context).administration, args),
      partnerPlans: (_: unknown, __: object, context: Context) =>
        reading(context)
          .plans()
          .map((plan) => ({ ...plan, rowRule: plan.rows.rule })),
    },
    Mutation: {
      createToken: (_: unknown, change: Change<CreateInput>, context: Context) => {
        const { input } = change
        const request = {
          ...input,
          addresses: input.addresses ?? null,
          scopes: input.scopes ?? null,
        }
        return writing(context).create(request, byOf(change, context))
      },
      rotateToken: (_: unknown, change: Change<RotateInput>, context: Context) => {
        const { input } = change
        const request = { ...input, days: input.days ?? null }
        return writing(context).rotate(request, byOf(change, context))
      },
      revokeToken: async (_: unknown, change: Change<{ id: string }>, context: Context) => ({
        token: await writing(context).revoke(change.input.id, byOf(change, context)),
      }),
    },
    Viewer: {
      tokens: ({ subject }: Principal) =>
        known().administration.page({ subject, limit: maxListRows, after: null }),
    },
    Token: {
      status: (token: IssuedToken) => statusOf(token, Date.now()),
      createdAt: ({ createdAt }: IssuedToken) => instant(createdAt),
      expiresAt: ({ expiresAt }: IssuedToken) => instant(expiresAt),
      revokedAt: ({ revokedAt }: IssuedToken) => instantOrNull(revokedAt),
      lastUsedAt: ({ lastUsedAt }: IssuedToken) => instantOrNull(lastUsedAt),
    },
  }
}

function allowed(tokens: PlatformTokens, { scopes }: Principal, scope: string): PlatformTokens {
  if (scopes.includes(scope)) return tokens
  throw new AppError('FORBIDDEN', `This needs the scope ${scope}.`)
}

const byOf = ({ idempotencyKey }: Change<unknown>, { principal }: Context): By => ({
  subject: principal.subject,
  idempotencyKey,
})

const page = (administration: TokenAdministration, { subject = null, ...args }: TokenPageArgs) =>
  pageOf<IssuedToken, TokenPosition>(args, {
    positionOf,
    cursorOf,
    rows: (limit, after) => administration.page({ subject, limit, after }),
    count: () => administration.count(subject),
  })

const cursorOf = ({ createdAt, id }: TokenPosition): string =>
  Buffer.from(JSON.stringify({ createdAt, id })).toString('base64url')

function positionOf(cursor: string): TokenPosition {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (isObject(value)) {
      const { createdAt, id } = value
      if (typeof createdAt === 'number' && typeof id === 'string') return { createdAt, id }
    }
  } catch {
    // told below, like any other text that is no cursor
  }
  throw new AppError('BAD_USER_INPUT', '"after" takes the cursor of a page of tokens.', {
    details: { argument: 'after' },
  })
}

const instant = (at: number): string => new Date(at).toISOString()
const instantOrNull = (at: number | null): string | null => (at === null ? null : instant(at))
