/**
 * From a verified subject to a principal, in two steps: claims → roles and scopes from the policy
 * files, then facts from the systems that own them (employee number, department, what a row rule needs).
 * Facts are kept for a minute at most, and can be found again from the subject alone. Fails closed:
 * an id that could not be read grants no rows.
 */
import type { Facts, Principal, RowLimit } from '#shared/principal.ts'
import type { Policy } from './policy.ts'
import { rowRules, type Ask } from './row-rules.ts'

/** What a verified token says. */
export interface Claims {
  readonly subject: string
  readonly groups: readonly string[]
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

export type Principals = (claims: Claims) => Promise<Principal>

export function createPrincipals({ policy, ask, now }: PrincipalsOptions): Principals {
  const kept = new Map<string, { principal: Promise<Principal>; until: number }>()
  return (claims) => {
    const key = JSON.stringify(claims)
    const known = kept.get(key)
    if (known !== undefined && known.until > now()) return known.principal
    const principal = build(claims, policy(), ask)
    kept.delete(key)
    kept.set(key, { principal, until: now() + keepMs })
    const [oldest] = kept.keys()
    if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest)
    void checkAgainUnlessComplete(principal, {
      soon: () => kept.set(key, { principal, until: now() + keepIncompleteMs }),
      forget: () => kept.delete(key),
    })
    return principal
  }
}

/** Neither a failure nor a half-known principal may last. */
async function checkAgainUnlessComplete(
  principal: Promise<Principal>,
  { soon, forget }: { soon: () => void; forget: () => void },
) {
  try {
    if (!isComplete(await principal)) soon()
  } catch {
    forget() // whoever asked gets the error
  }
}

/** Whether the systems said who it is. A partner may well have no id in one of them, but not in all. */
const isComplete = ({ audience, facts, rows }: Principal): boolean =>
  audience === 'EMPLOYEE'
    ? facts.employeeNo !== undefined
    : rows?.parameters['customerId']?.length !== 0

async function build({ subject, groups }: Claims, policy: Policy, ask: Ask): Promise<Principal> {
  const partner = policy.partner(subject)
  if (partner !== undefined) {
    const { audience, scopes } = partner
    return { subject, audience, scopes, facts: {}, rows: await completed(partner.rows, ask) }
  }
  return {
    subject,
    audience: 'EMPLOYEE',
    scopes: policy.scopesOf(subject, groups),
    facts: await employeeFacts(subject, ask),
    rows: null,
  }
}

const employeeQuestion = `query Facts($loginId: ID!) {
  employee(loginId: $loginId) { employeeNo department { code } }
}`

async function employeeFacts(loginId: string, ask: Ask): Promise<Facts> {
  const { data } = await ask(employeeQuestion, { loginId })
  const employee = data?.['employee'] as
    { employeeNo: string; department: { code: string } | null } | null | undefined // the question's own shape
  return {
    loginId,
    ...(employee ? { employeeNo: employee.employeeNo } : {}),
    ...(employee?.department ? { departmentCode: employee.department.code } : {}),
  }
}

/** The rule with what it compares with; a rule of an unknown name keeps what the file said. */
async function completed({ rule, parameters }: RowLimit, ask: Ask): Promise<RowLimit> {
  const complete = rowRules[rule]?.complete
  return { rule, parameters: complete ? await complete(parameters, ask) : parameters }
}
