/**
 * Who asks, as a subgraph knows it. The gateway builds the principal, the subgraph obeys; the callee
 * owns the contract, so it stands here. How it travels is internal-token.ts.
 */
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

/**
 * The principal that a value says, frozen; throws TypeError where a part is missing or is not what it
 * must be. What a token carries is checked here, and what is handed over in one process as well.
 */
export function principalFrom(value: unknown): Principal {
  const { subject, audience, scopes, facts, rows } = record(value, 'principal')
  const known = audiences.find((each) => each === audience)
  if (typeof subject !== 'string' || known === undefined) {
    throw new TypeError('subject and audience are required')
  }
  return Object.freeze({
    subject,
    audience: known,
    scopes: strings(scopes, 'scopes'),
    facts: factsFrom(record(facts, 'facts')),
    rows: rows === null ? null : rowLimitFrom(record(rows, 'rows')),
  })
}

function factsFrom(given: Record<string, unknown>): Facts {
  const entries = Object.entries(given).map(([name, value]) => {
    if (typeof value !== 'string') throw new TypeError(`facts.${name} must be text`)
    return [name, value]
  })
  return Object.freeze(Object.fromEntries(entries)) as Facts
}

function rowLimitFrom(given: Record<string, unknown>): RowLimit {
  if (typeof given['rule'] !== 'string') throw new TypeError('rows.rule must be text')
  const parameters = Object.entries(record(given['parameters'], 'rows.parameters')).map(
    ([name, values]) => [name, ruleValues(values, name)] as const,
  )
  return Object.freeze({
    rule: given['rule'],
    parameters: Object.freeze(Object.fromEntries(parameters)),
  })
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
  return Object.freeze([...value])
}
