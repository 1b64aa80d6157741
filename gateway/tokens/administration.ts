/**
 * Issuing, rotating and revoking tokens of partners: what the command line, the platform schema and
 * the page do alike. A token is shown once; the store keeps its hash and its last four characters.
 */
import { AppError } from '#shared/errors.ts'
import { once } from '../store/idempotency.ts'
import type { Statements } from '../store/statements.ts'
import { markChanged, type Store } from '../store/store.ts'
import {
  tokenStatements,
  type IssuedToken,
  type TokenPage,
  type TokenStatements,
} from '../store/tokens.ts'
import { addressProblem } from './addresses.ts'
import { newToken, randomText, tokenHash, type TokenEnvironment } from './format.ts'

export interface CreateToken {
  /** The subject of a partner's plan. */
  readonly subject: string
  readonly name: string
  readonly days: number
  /** Null: from anywhere. */
  readonly addresses: readonly string[] | null
  /** Some of the plan's. Left out or null: all of them, also those that it gets later. */
  readonly scopes?: readonly string[] | null
}

export interface RotateToken {
  readonly id: string
  /** Null: for as long as the old one was issued for. */
  readonly days: number | null
  /** How long the old one stays good beside the new one. */
  readonly overlapHours: number
}

/** Who changes something, and the key by which a repetition is known. */
export interface By {
  readonly subject: string
  /** Left out, a repetition is another change. */
  readonly idempotencyKey?: string
}

export interface Shown {
  readonly token: IssuedToken
  /** Null when this is the repetition of a change: a token is shown once. */
  readonly secret: string | null
}

export interface Access {
  readonly subject: string
  /** Null: all of the plan. */
  readonly scopes: readonly string[] | null
  readonly seconds: number
}

export interface TokenAdministration {
  create(request: CreateToken, by: By): Promise<Shown>
  rotate(request: RotateToken, by: By): Promise<Shown & { readonly replaced: IssuedToken }>
  /** Harmless when it is repeated. */
  revoke(id: string, by: By): Promise<IssuedToken>
  /** The token of this id; throws NOT_FOUND. */
  find(id: string): Promise<IssuedToken>
  /** The token itself, or null when there is none such. */
  findBySecret(secret: string): Promise<IssuedToken | null>
  page(page: TokenPage): Promise<readonly IssuedToken[]>
  count(subject: string | null): Promise<number>
  /** In a transaction of its caller: a token for minutes, for a partner that proved its key. */
  grantAccess(inside: Statements, access: Access): Promise<string>
}

export interface AdministrationOptions {
  readonly store: Store
  readonly environment: TokenEnvironment
  /** The scopes of a partner's plan; null when there is no such partner. */
  readonly planScopes: (subject: string) => readonly string[] | null
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export const tokenLimits = { days: 365, nameLength: 100, addresses: 50, overlapHours: 720 } as const
const dayMs = 24 * 3_600_000

export type TokenStatus = 'ACTIVE' | 'ROTATED' | 'EXPIRED' | 'REVOKED'

/** ROTATED is still good, for as long as the overlap takes. */
export function statusOf(token: IssuedToken, now: number): TokenStatus {
  if (token.revokedAt !== null) return 'REVOKED'
  if (token.expiresAt <= now) return 'EXPIRED'
  return token.replacedBy === null ? 'ACTIVE' : 'ROTATED'
}

export function createAdministration(options: AdministrationOptions): TokenAdministration {
  const { store, environment, planScopes, now } = options
  const stored = tokenStatements(store)

  /** Makes a change once, and says what became of the token that it is about. */
  const change = async (inside: Statements, by: By, asked: Asked): Promise<Changed> => {
    const { subject, idempotencyKey: key } = by
    const { request, work } = asked
    const { result, isNew } =
      key === undefined
        ? { result: await work(), isNew: true }
        : await once(inside, { subject, key, request, now: now() }, work)
    return { token: await known(tokenStatements(inside), result), isNew }
  }
  const insert = async (
    inside: Statements,
    token: Pick<IssuedToken, 'subject' | 'name' | 'addresses' | 'scopes' | 'kind'>,
    { secret, by, lifeMs }: { secret: string; by: string; lifeMs: number },
  ): Promise<string> => {
    const id = `tok_${randomText(16)}`
    const createdAt = now()
    await tokenStatements(inside).insert({
      ...token,
      id,
      hash: tokenHash(secret),
      lastFour: secret.slice(-4),
      createdAt,
      createdBy: by,
      expiresAt: createdAt + lifeMs,
    })
    return id
  }
  const replace = async (inside: Statements, request: RotateToken, made: Made): Promise<string> => {
    const tokens = tokenStatements(inside)
    const old = await known(tokens, request.id)
    refuseUnlessActive(old, now())
    if (planScopes(old.subject) === null) throw noPlan(old.subject)
    const lifeMs = request.days === null ? old.expiresAt - old.createdAt : request.days * dayMs
    const id = await insert(inside, old, { ...made, lifeMs })
    const until = Math.min(old.expiresAt, now() + request.overlapHours * 3_600_000)
    await tokens.replace(old.id, id, until)
    await markChanged(inside)
    return id
  }

  return {
    create: async (request, by) => {
      check(createProblems(request, planScopes(request.subject)))
      const secret = newToken(environment)
      const { subject, name, addresses, days } = request
      const scopes = request.scopes == null ? null : [...new Set(request.scopes)]
      const token = { subject, name, addresses, scopes, kind: 'ISSUED' } as const
      const made = { secret, by: by.subject, lifeMs: days * dayMs }
      return await store.transaction('callers', async (inside) => {
        const work = () => insert(inside, token, made)
        return shown(await change(inside, by, { request: ['create', request], work }), secret)
      })
    },
    rotate: async (request, by) => {
      check(rotateProblems(request))
      const secret = newToken(environment)
      return await store.transaction('callers', async (inside) => {
        const work = () => replace(inside, request, { secret, by: by.subject })
        const changed = await change(inside, by, { request: ['rotate', request], work })
        const replaced = await known(tokenStatements(inside), request.id)
        return { ...shown(changed, secret), replaced }
      })
    },
    revoke: (id, by) =>
      store.transaction('callers', async (inside) => {
        const tokens = tokenStatements(inside)
        const work = async () => {
          if ((await known(tokens, id)).revokedAt === null) {
            await tokens.revoke(id, by.subject, now())
            await markChanged(inside)
          }
          return id
        }
        return (await change(inside, by, { request: ['revoke', id], work })).token
      }),
    find: (id) => known(stored, id),
    findBySecret: (secret) => stored.byHash(tokenHash(secret)),
    page: (page) => stored.page(page),
    count: (subject) => stored.count(subject),
    grantAccess: async (inside, { subject, scopes, seconds }) => {
      const secret = newToken(environment)
      const token = { subject, name: 'access token', addresses: null, scopes } as const
      await tokenStatements(inside).removeExpiredAccess(now())
      const made = { secret, by: subject, lifeMs: seconds * 1_000 }
      await insert(inside, { ...token, kind: 'ACCESS' }, made)
      return secret
    },
  }
}

interface Asked {
  /** All that decides what is done. */
  readonly request: unknown
  /** Does it; the id of the token that it is about. */
  readonly work: () => Promise<string>
}

interface Changed {
  readonly token: IssuedToken
  readonly isNew: boolean
}

interface Made {
  readonly secret: string
  readonly by: string
}

const shown = ({ token, isNew }: Changed, secret: string): Shown => ({
  token,
  secret: isNew ? secret : null,
})

async function known(tokens: TokenStatements, id: string): Promise<IssuedToken> {
  const token = await tokens.byId(id)
  if (token?.kind === 'ISSUED') return token
  throw new AppError('NOT_FOUND', `There is no token with the id "${id}".`)
}

type Problems = readonly (string | null)[]

function check(problems: Problems): void {
  const found = problems.filter((each) => each !== null)
  if (found.length > 0) throw new AppError('BAD_USER_INPUT', found.join(' '))
}

const createProblems = (
  { subject, name, days, addresses, scopes }: CreateToken,
  ofPlan: readonly string[] | null,
): Problems => [
  ofPlan === null ? noPlan(subject).message : null,
  /^[^\p{Cc}]+$/u.test(name) && name.length <= tokenLimits.nameLength && name.trim() !== ''
    ? null
    : `A token's name is one line of 1 to ${tokenLimits.nameLength} characters.`,
  daysProblem(days),
  ...addressesProblems(addresses ?? []),
  ...(scopes ?? []).map((scope) =>
    ofPlan?.includes(scope) === false ? `The plan has no scope "${scope}".` : null,
  ),
  addresses?.length === 0 ? 'An empty list of addresses would let nobody in: leave it out.' : null,
]

const rotateProblems = ({ days, overlapHours }: RotateToken): Problems => [
  days === null ? null : daysProblem(days),
  Number.isInteger(overlapHours) && overlapHours >= 0 && overlapHours <= tokenLimits.overlapHours
    ? null
    : `The overlap is a whole number of hours from 0 to ${tokenLimits.overlapHours}.`,
]

const daysProblem = (days: number): string | null =>
  Number.isInteger(days) && days >= 1 && days <= tokenLimits.days
    ? null
    : `A token is good for a whole number of days from 1 to ${tokenLimits.days}.`

const addressesProblems = (addresses: readonly string[]): Problems =>
  addresses.length > tokenLimits.addresses
    ? [`A token has at most ${tokenLimits.addresses} addresses.`]
    : addresses.map((each) => {
        const problem = addressProblem(each)
        return problem === null ? null : `${problem}.`
      })

const noPlan = (subject: string) =>
  new AppError('BAD_USER_INPUT', `There is no partner plan with the subject "${subject}".`)

function refuseUnlessActive(token: IssuedToken, now: number): void {
  const status = statusOf(token, now)
  if (status === 'ACTIVE') return
  throw new AppError(
    'TOKEN_NOT_ACTIVE',
    `The token "${token.id}" is ${status.toLowerCase()}, so it cannot be rotated.`,
  )
}
