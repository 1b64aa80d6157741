/**
 * From a verified subject to a principal, in two steps: claims → roles and scopes from the policy
 * files, then facts from the systems that own them (employee number, department, what a row rule needs).
 * Facts are kept for a minute at most, and can be found again from the subject alone. Fails closed:
 * an id that could not be read grants no rows.
 */
import type { Facts, Principal, RowLimit } from '#shared/principal.ts'
import { dropOldest } from '../oldest.ts'
import { grantedOf } from './granted.ts'
import type { Policy } from './policy.ts'
import { rowRules, type Ask } from './row-rules.ts'

/** What a verified token says. */
export interface Claims {
  readonly subject: string
  readonly groups: readonly string[]
  /** Of a partner's token: the only scopes of the plan that it grants. Left out: all of them. */
  readonly scopes?: readonly string[]
}

export interface PrincipalsOptions {
  readonly policy: () => Policy
  readonly ask: Ask
  /** Milliseconds since some start: a clock that only goes forward. */
  readonly now: () => number
}

const keepMs = 60_000
/** A system that is down is asked again after this, not on every request. */
const keepIncompleteMs = 5_000
const maxKept = 10_000

/** Somebody who is known needs no wait. */
export type Principals = (claims: Claims) => Principal | Promise<Principal>

export function createPrincipals({ policy, ask, now }: PrincipalsOptions): Principals {
  const kept = new Map<string, Kept>()
  // A remembered token brings the same claims each time.
  const keys = new WeakMap<Claims, string>()
  const keyOf = (claims: Claims): string => {
    let key = keys.get(claims)
    if (key === undefined) keys.set(claims, (key = JSON.stringify(claims)))
    return key
  }
  return (claims) => {
    const key = keyOf(claims)
    const known = kept.get(key)
    if (known !== undefined && known.until > now()) return known.principal
    const building = build(claims, policy(), ask)
    const principal = building.then((built) => built.principal)
    const made: Kept = { principal, until: now() + keepMs }
    kept.delete(key)
    kept.set(key, made)
    dropOldest(kept, maxKept)
    void settle(building, made, () => {
      if (kept.get(key) === made) kept.delete(key)
    })
    return principal
  }

  /** Neither a half-known principal nor a failure may last; whoever asked gets the error. */
  async function settle(building: Promise<Built>, made: Kept, forget: () => void): Promise<void> {
    try {
      const { principal, isComplete } = await building
      made.principal = principal
      if (!isComplete) made.until = now() + keepIncompleteMs
    } catch {
      forget()
    }
  }
}

interface Kept {
  /** A promise until it is known, so that all who ask meanwhile wait for one. */
  principal: Principal | Promise<Principal>
  until: number
}

interface Built {
  readonly principal: Principal
  /** Whether the systems said all that there is to ask of them. */
  readonly isComplete: boolean
}

async function build(
  { subject, groups, scopes: granted }: Claims,
  policy: Policy,
  ask: Ask,
): Promise<Built> {
  const partner = policy.partner(subject)
  if (partner !== undefined) {
    const { audience } = partner
    const scopes = grantedOf(partner, granted)
    const rows = await completed(partner.rows, ask)
    return {
      principal: { subject, audience, scopes, facts: {}, rows },
      // A partner may well have no id in one system, but not in all.
      isComplete: rows.parameters['customerId']?.length !== 0,
    }
  }
  const scopes = policy.scopesOf(subject, groups)
  const { facts, isComplete } = await employeeFacts(subject, ask)
  const rule = policy.rowRuleOf(subject, groups)
  const rows = rule === null ? null : await completed({ rule, parameters: own(facts) }, ask)
  return { principal: { subject, audience: 'EMPLOYEE', scopes, facts, rows }, isComplete }
}

/** Facts as what a rule compares with; one that is missing shows nothing. */
const own = (facts: Facts): RowLimit['parameters'] =>
  Object.fromEntries(
    Object.entries(facts).map(([name, value]: [string, string | undefined]) => [
      name,
      value === undefined ? [] : [value],
    ]),
  )

const employeeQuestion = `query Facts($loginId: ID!) {
  employee(loginId: $loginId) { employeeNo department { code } }
}`

/** In a graph without employees there is nothing to wait for. */
async function employeeFacts(loginId: string, ask: Ask) {
  const answer = await ask(employeeQuestion, { loginId })
  const employee = answer?.data?.['employee'] as
    { employeeNo: string; department: { code: string } | null } | null | undefined // the question's own shape
  const facts: Facts = {
    loginId,
    ...(employee ? { employeeNo: employee.employeeNo } : {}),
    ...(employee?.department ? { departmentCode: employee.department.code } : {}),
  }
  return { facts, isComplete: answer === null || facts.employeeNo !== undefined }
}

/** The rule with what it compares with; a rule of an unknown name keeps what the file said. */
async function completed({ rule, parameters }: RowLimit, ask: Ask): Promise<RowLimit> {
  const complete = rowRules[rule]?.complete
  return { rule, parameters: complete ? await complete(parameters, ask) : parameters }
}
