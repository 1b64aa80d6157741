/**
 * The row rules that a partner file may name, and what each needs. What a rule shows is declared by
 * the relations of each system; a test holds the two together.
 *
 * A rule that is complete with what the file says is a predicate: each system evaluates it on its own
 * rows, however many they are. A rule by ids has them looked up in the crosswalk, and carries them.
 */
import type { ExecutionResult } from 'graphql'
import { AppError } from '#shared/errors.ts'
import { maxRuleValues } from '#shared/principal.ts'
import type { RuleParameters } from '#shared/relations.ts'

/** Asks the graph as the gateway itself; null when its schema does not have what is asked for. */
export type Ask = (
  document: string,
  variables: Readonly<Record<string, unknown>>,
) => Promise<ExecutionResult | null>

export interface RowRuleNeeds {
  /** What the partner file must say, no more and no less. */
  readonly parameters: readonly string[]
  /** What is found from that; left out where it is all there is to say. */
  readonly complete?: (given: RuleParameters, ask: Ask) => Promise<RuleParameters>
}

export const rowRules: Readonly<Record<string, RowRuleNeeds>> = {
  /** Accounts by name, and their ids in every system. */
  own_customers: { parameters: ['crmAccountId'], complete: customerIds },
  /** All customers of sales regions, as each system has them. */
  region_customers: { parameters: ['region'] },
  /** What a supplier offers, what we ordered there, and what we owe. */
  own_supplier: { parameters: ['supplierNo'] },
  /** The orders of a salesperson. */
  own_orders: { parameters: ['employeeNo'] },
  /** The people of a department and of those below it. */
  own_department: { parameters: ['departmentCode'], complete: departmentsBelow },
}

const departmentsQuestion = `query Facts {
  departments(first: 1000) { nodes { code parent { code } } }
}`

/** A department and those below it. Fails closed: what could not be read is not below. */
async function departmentsBelow(given: RuleParameters, ask: Ask): Promise<RuleParameters> {
  const answer = await ask(departmentsQuestion, {})
  const departments = answer?.data?.['departments'] as
    { nodes: readonly { code: string; parent: { code: string } | null }[] } | null | undefined // the question's own shape
  const found = new Set(given['departmentCode'] ?? [])
  for (let before = -1; before !== found.size;) {
    before = found.size
    for (const { code, parent } of departments?.nodes ?? []) {
      if (parent !== null && found.has(parent.code)) found.add(code)
    }
  }
  if (found.size > maxRuleValues) throw tooMany('departments')
  return { departmentCode: [...found] }
}

interface CustomerFacts {
  readonly id: string
  readonly externalIds: readonly { readonly system: string; readonly value: string }[] | null
}

/** The ids of accounts in other systems. Fails closed: an id that could not be read grants no rows. */
async function customerIds(given: RuleParameters, ask: Ask): Promise<RuleParameters> {
  const crmAccountId = given['crmAccountId'] ?? []
  const { found, isCut } = await customersBy<CustomerFacts>(
    { key: 'crmAccountId', values: crmAccountId, fields: 'id externalIds { system value }' },
    ask,
  )
  if (isCut) throw tooMany('ids of one customer')
  const customers = [...found.values()]
  const customerId = new Set(customers.map(({ id }) => id))
  const owned = async (key: string, system: string) => {
    const claimed = customers
      .flatMap(({ externalIds }) => externalIds ?? [])
      .filter((each) => each.system === system)
    const values = [...new Set(claimed.map(({ value }) => value))]
    // A number may be matched to two customers, and counts for the surer match only.
    const owners = await customersBy<CustomerFacts>({ key, values, fields: 'id' }, ask)
    return values.filter((value) => customerId.has(owners.found.get(value)?.id ?? ''))
  }
  const [erpCustomerNo, debtorNo] = await Promise.all([
    owned('erpCustomerNo', 'ERP'),
    owned('debtorNo', 'FINANCE'),
  ])
  return { crmAccountId, customerId: [...customerId], erpCustomerNo, debtorNo }
}

interface CustomersBy {
  /** The argument of `customer` that takes the ids. */
  readonly key: string
  readonly values: readonly string[]
  readonly fields: string
}

/** Customers by one of their keys: one question for all of them. */
async function customersBy<Customer>({ key, values, fields }: CustomersBy, ask: Ask) {
  if (values.length > maxRuleValues) throw tooMany(`values of "${key}"`)
  if (values.length === 0) return { found: new Map<string, Customer>(), isCut: false }
  const variables = values.map((_, at) => `$v${at}: ID!`).join(', ')
  const asked = values.map((_, at) => `c${at}: customer(${key}: $v${at}) { ${fields} }`).join(' ')
  const answer = await ask(
    `query Facts(${variables}) { ${asked} }`,
    Object.fromEntries(values.map((value, at) => [`v${at}`, value])),
  )
  const { data, errors = [] } = answer ?? {}
  const answered = (data ?? {}) as Readonly<Record<string, Customer | null>> // the question's own shape
  const found = values.flatMap((value, at): [string, Customer][] => {
    const customer = answered[`c${at}`]
    return customer ? [[value, customer]] : []
  })
  const isCut = errors.some(({ extensions }) => extensions['code'] === 'LIST_TOO_LONG')
  return { found: new Map(found), isCut }
}

const tooMany = (what: string): AppError =>
  new AppError(
    'ROW_RULE_TOO_LARGE',
    `This partner has more ${what} than a row rule carries, which is ${maxRuleValues} at most. Give it a rule that is a predicate, such as region_customers.`,
  )
