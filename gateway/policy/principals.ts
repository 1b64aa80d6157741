/**
 * From a verified subject to a principal, in two steps: claims → roles and scopes from the policy
 * files, then facts from the systems that own them (employee number, department, the customer's ids).
 * Facts are kept for a minute at most, and can be found again from the subject alone. Fails closed:
 * an id that could not be read grants no rows.
 */
import type { ExecutionResult } from 'graphql'
import { AppError } from '#shared/errors.ts'
import { maxRuleValues, type Facts, type Principal, type RowLimit } from '#shared/principal.ts'
import type { Partner, Policy } from './policy.ts'

/** What a verified token says. */
export interface Claims {
  readonly subject: string
  readonly groups: readonly string[]
}

export interface PrincipalsOptions {
  readonly policy: () => Policy
  /** Asks the graph as the gateway itself. */
  readonly ask: (
    document: string,
    variables: Readonly<Record<string, unknown>>,
  ) => Promise<ExecutionResult>
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

const isComplete = ({ audience, facts, rows }: Principal): boolean =>
  audience === 'EMPLOYEE'
    ? facts.employeeNo !== undefined
    : (rows?.parameters['customerId']?.length ?? 0) > 0

async function build(
  { subject, groups }: Claims,
  policy: Policy,
  ask: PrincipalsOptions['ask'],
): Promise<Principal> {
  const partner = policy.partner(subject)
  if (partner !== undefined) {
    const { audience, scopes } = partner
    return { subject, audience, scopes, facts: {}, rows: await rowsOf(partner, ask) }
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

async function employeeFacts(loginId: string, ask: PrincipalsOptions['ask']): Promise<Facts> {
  const { data } = await ask(employeeQuestion, { loginId })
  const employee = data?.['employee'] as
    { employeeNo: string; department: { code: string } | null } | null | undefined // the question's own shape
  return {
    loginId,
    ...(employee ? { employeeNo: employee.employeeNo } : {}),
    ...(employee?.department ? { departmentCode: employee.department.code } : {}),
  }
}

const customerQuestion = `query Facts($crmAccountId: ID!) {
  customer(crmAccountId: $crmAccountId) { id externalIds { system value } }
}`

interface CustomerFacts {
  readonly id: string
  readonly externalIds: readonly { readonly system: string; readonly value: string }[] | null
}

async function rowsOf(
  { rows, crmAccountId }: Partner,
  ask: PrincipalsOptions['ask'],
): Promise<RowLimit> {
  const { data } = await ask(customerQuestion, { crmAccountId })
  const customer = data?.['customer'] as CustomerFacts | null | undefined // the question's own shape
  const claimed = (system: string) =>
    (customer?.externalIds ?? []).filter((each) => each.system === system).map((each) => each.value)
  const ownsOf = (key: string, values: readonly string[]) =>
    customer ? owned({ key, values, customerId: customer.id }, ask) : Promise.resolve([])
  const [erpCustomerNo, debtorNo] = await Promise.all([
    ownsOf('erpCustomerNo', claimed('ERP')),
    ownsOf('debtorNo', claimed('FINANCE')),
  ])
  const parameters = {
    crmAccountId: [crmAccountId],
    customerId: customer ? [customer.id] : [],
    erpCustomerNo,
    debtorNo,
  }
  return { rule: rows, parameters }
}

interface Claim {
  /** The argument of `customer` that takes the ids. */
  readonly key: string
  readonly values: readonly string[]
  readonly customerId: string
}

/**
 * Of the ids that a customer claims, those that lead back to it: a number may be matched to two
 * customers, and counts for the surer match only.
 */
async function owned(
  { key, values, customerId }: Claim,
  ask: PrincipalsOptions['ask'],
): Promise<readonly string[]> {
  if (values.length === 0) return []
  if (values.length > maxRuleValues) {
    throw new AppError(
      'FORBIDDEN',
      `This partner has more than ${maxRuleValues} values of ${key}; its rule must be a predicate.`,
    )
  }
  const variables = values.map((_, at) => `$v${at}: ID!`).join(', ')
  const fields = values.map((_, at) => `c${at}: customer(${key}: $v${at}) { id }`).join(' ')
  const { data } = await ask(
    `query Facts(${variables}) { ${fields} }`,
    Object.fromEntries(values.map((value, at) => [`v${at}`, value])),
  )
  const found = (data ?? {}) as Readonly<Record<string, { id: string } | null>> // the question's own shape
  return values.filter((_, at) => found[`c${at}`]?.id === customerId)
}
