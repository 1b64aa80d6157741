/**
 * Who asks, as a subgraph knows it, and the signed internal token that says so.
 * The gateway builds the principal and signs; the subgraph verifies and obeys. The callee owns the
 * contract, so it stands here. Tokens are JWT (RFC 7519), HS256, for one audience, 60 s at most.
 */
import jwt from 'jsonwebtoken'
import { AppError } from './errors.ts'
import type { RuleParameters } from './relations.ts'

export const audiences = [
  'EMPLOYEE',
  'CUSTOMER',
  'SUPPLIER',
  'DISTRIBUTOR',
  'PARTNER_SYSTEM',
] as const
export type Audience = (typeof audiences)[number]

/** Values one rule parameter may carry in a token; a larger set must be a predicate of its own. */
export const maxRuleValues = 200

/** A limit on rows: the name of the rule that relations declare, and what it may compare with. */
export interface RowLimit {
  readonly rule: string
  readonly parameters: RuleParameters
}

/** What the owning systems say of the subject. */
export interface Facts {
  readonly loginId?: string
  readonly employeeNo?: string
  readonly departmentCode?: string
}

export interface Principal {
  /** The `sub` of the caller's token. */
  readonly subject: string
  readonly audience: Audience
  readonly scopes: readonly string[]
  readonly facts: Facts
  /** Null: all rows. Otherwise only the rows that the rule of each relation grants. */
  readonly rows: RowLimit | null
}

/** A caller of whom nothing is known: without a scope and without a fact. */
export const nobody: Principal = {
  subject: '',
  audience: 'PARTNER_SYSTEM',
  scopes: [],
  facts: {},
  rows: null,
}

/** Milliseconds that the caller still has, so that work nobody waits for is not begun. */
export const deadlineHeader = 'isthmus-deadline-ms'

const issuer = 'isthmus-gateway'
/** How long an internal token is good, in seconds. */
export const maxAgeSeconds = 60

/** Signs the internal token for one subgraph. `secret` is shared by the gateway and that subgraph. */
export function signInternalToken(principal: Principal, audience: string, secret: string): string {
  const { subject, audience: kind, scopes, facts, rows } = principal
  return jwt.sign({ kind, scopes, facts, rows }, secret, {
    algorithm: 'HS256',
    audience,
    expiresIn: maxAgeSeconds,
    issuer,
    subject,
  })
}

/** The principal a token speaks for; throws UNAUTHENTICATED, saying no more than that. */
export function verifyInternalToken(token: string, audience: string, secret: string): Principal {
  try {
    const claims = jwt.verify(token, secret, {
      algorithms: ['HS256'],
      audience,
      issuer,
      maxAge: `${maxAgeSeconds}s`,
    })
    return principalFromClaims(claims)
  } catch (cause) {
    throw new AppError('UNAUTHENTICATED', 'This subgraph answers only its gateway.', { cause })
  }
}

function principalFromClaims(claims: unknown): Principal {
  const { sub, kind, scopes, facts, rows, exp } = record(claims, 'claims')
  const audience = audiences.find((known) => known === kind)
  if (typeof sub !== 'string' || audience === undefined || typeof exp !== 'number') {
    throw new TypeError('sub, kind and exp are required')
  }
  return {
    subject: sub,
    audience,
    scopes: strings(scopes, 'scopes'),
    facts: factsFrom(record(facts, 'facts')),
    rows: rows === null ? null : rowLimitFrom(record(rows, 'rows')),
  }
}

function factsFrom(given: Record<string, unknown>): Facts {
  const entries = Object.entries(given).map(([name, value]) => {
    if (typeof value !== 'string') throw new TypeError(`facts.${name} must be text`)
    return [name, value]
  })
  return Object.fromEntries(entries) as Facts
}

function rowLimitFrom(given: Record<string, unknown>): RowLimit {
  if (typeof given['rule'] !== 'string') throw new TypeError('rows.rule must be text')
  const parameters = Object.entries(record(given['parameters'], 'rows.parameters')).map(
    ([name, values]) => [name, ruleValues(values, name)] as const,
  )
  return { rule: given['rule'], parameters: Object.fromEntries(parameters) }
}

function ruleValues(value: unknown, what: string): readonly string[] {
  const values = strings(value, what)
  if (values.length > maxRuleValues) throw new TypeError(`${what} has too many values`)
  return values
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${what} must be an object`)
  }
  return value as Record<string, unknown>
}

function strings(value: unknown, what: string): readonly string[] {
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) {
    throw new TypeError(`${what} must be a list of text`)
  }
  return value
}
