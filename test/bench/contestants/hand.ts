/**
 * The same calls to the systems as the gateways make, written and merged by hand: how little such an
 * answer can cost in Node. Arguments: port, the systems' addresses as JSON.
 */
import { Pool } from 'undici'
import { operationOf, serveAnswers, type Asked } from './answering.ts'

const [, , port = '', urls = '{}'] = process.argv
const systems = new Map(
  Object.entries(JSON.parse(urls) as Readonly<Record<string, string>>).map(([name, url]) => {
    const { origin, pathname } = new URL(url)
    return [name, { pool: new Pool(origin, { connections: 64 }), path: pathname }]
  }),
)

/** Asks a system. What it answers is taken as it should be: nobody checks by hand. */
async function ask<Data>(name: string, query: string, variables: unknown): Promise<Data> {
  const system = systems.get(name)
  if (system === undefined) throw new Error(`there is no system ${name}`)
  const { body } = await system.pool.request({
    path: system.path,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  const { data } = JSON.parse(await body.text()) as { data: Data }
  return data
}

async function entities<Entity>(
  name: string,
  query: string,
  representations: readonly object[],
): Promise<readonly (Entity | null)[]> {
  if (representations.length === 0) return []
  const { _entities: found } = await ask<{ _entities: readonly (Entity | null)[] }>(name, query, {
    representations,
  })
  return found
}

const orderQuery =
  'query($orderNo:ID!){salesOrder(orderNo:$orderNo){orderNo channel status orderedOn requestedOn promisedOn net{amount currency}cost{amount currency}lines(first:5){nodes{lineNo quantity{value unit}net{amount currency}product{sku name}}}}}'

const one = async (variables: Asked['variables']): Promise<object> =>
  ask<object>('erp', orderQuery, variables)

const customerQuery =
  'query($crmAccountId:ID!){customer(crmAccountId:$crmAccountId){debtorNo erpCustomerNo erpCustomerNos id name legalName taxRegistrationNo status owner{loginId}contacts(first:20){nodes{name role email}}interactions(first:20){nodes{at channel subject employee{loginId}}}cases(first:10){nodes{caseNo kind status subject openedAt}}opportunities(first:10){nodes{id name stage amount{amount currency}expectedCloseOn}}}}'
const ordersQuery =
  'query($representations:[_Any!]!){_entities(representations:$representations){...on Customer{orders(first:20){nodes{orderNo orderedOn status net{amount currency}}}}}}'
const financeQuery =
  'query($representations:[_Any!]!){_entities(representations:$representations){...on Customer{creditLimit{amount currency}openReceivables{amount currency}invoices(first:20){nodes{invoiceNo status issuedOn dueOn gross{amount currency}open{amount currency}}}}}}'
const ownerQuery =
  'query($representations:[_Any!]!){_entities(representations:$representations){...on Employee{displayName jobTitle}}}'
const namesQuery =
  'query($representations:[_Any!]!){_entities(representations:$representations){...on Employee{displayName}}}'

interface Login {
  readonly loginId: string | null
}

interface CrmCustomer extends Readonly<Record<string, unknown>> {
  readonly debtorNo: string | null
  readonly erpCustomerNo: string | null
  readonly erpCustomerNos: readonly string[] | null
  readonly owner: Login | null
  readonly interactions: {
    readonly nodes: readonly { readonly employee: Login | null }[]
  } | null
}

async function customer360(variables: Asked['variables']): Promise<object> {
  const { customer } = await ask<{ customer: CrmCustomer | null }>('crm', customerQuery, variables)
  if (customer === null) return { customer }
  const { debtorNo, erpCustomerNo, erpCustomerNos, owner, interactions, ...rest } = customer
  const logins = new Map<string, number>()
  for (const { employee } of interactions?.nodes ?? []) {
    if (employee?.loginId && !logins.has(employee.loginId)) {
      logins.set(employee.loginId, logins.size)
    }
  }
  const employee = (loginId: string) => ({ __typename: 'Employee', loginId })
  const [[bought], [owed], [owns], people] = await Promise.all([
    entities<object>(
      'erp',
      ordersQuery,
      erpCustomerNo === null ? [] : [{ __typename: 'Customer', erpCustomerNo, erpCustomerNos }],
    ),
    entities<object>(
      'finance',
      financeQuery,
      debtorNo === null ? [] : [{ __typename: 'Customer', debtorNo }],
    ),
    entities<object>('hr', ownerQuery, owner?.loginId ? [employee(owner.loginId)] : []),
    entities<object>('hr', namesQuery, [...logins.keys()].map(employee)),
  ])
  return {
    customer: {
      ...rest,
      owner: owns ?? (owner === null ? null : { displayName: null, jobTitle: null }),
      interactions: interactions && {
        nodes: interactions.nodes.map((node) => ({
          ...node,
          employee: node.employee && {
            ...(people[logins.get(node.employee.loginId ?? '') ?? -1] ?? { displayName: null }),
          },
        })),
      },
      ...(bought ?? { orders: null }),
      ...(owed ?? { creditLimit: null, openReceivables: null, invoices: null }),
    },
  }
}

const listQuery =
  'query($from:Date!$to:Date!){salesOrders(filter:{ordered:{from:$from to:$to}}first:1000){nodes{orderNo status orderedOn net{amount currency}cost{amount currency}customer{erpCustomerNo}salesperson{employeeNo}}}}'
const customersQuery =
  'query($representations:[_Any!]!){_entities(representations:$representations){...on Customer{name}}}'

/** As it comes, and as it goes: the names of the entities take the place of their keys. */
interface Order {
  customer: { readonly erpCustomerNo: string } | { readonly name: string | null } | null
  salesperson: { readonly employeeNo: string } | { readonly displayName: string | null } | null
}

async function list1000(variables: Asked['variables']): Promise<object> {
  const data = await ask<{ salesOrders: { nodes: Order[] } }>('erp', listQuery, variables)
  const byCustomer = new Map<string, Order[]>()
  const byEmployee = new Map<string, Order[]>()
  for (const order of data.salesOrders.nodes) {
    const { customer, salesperson } = order
    if (customer && 'erpCustomerNo' in customer) add(byCustomer, customer.erpCustomerNo, order)
    if (salesperson && 'employeeNo' in salesperson) add(byEmployee, salesperson.employeeNo, order)
  }
  const [customers, people] = await Promise.all([
    entities<{ name: string | null }>(
      'crm',
      customersQuery,
      [...byCustomer.keys()].map((erpCustomerNo) => ({ __typename: 'Customer', erpCustomerNo })),
    ),
    entities<{ displayName: string | null }>(
      'hr',
      namesQuery,
      [...byEmployee.keys()].map((employeeNo) => ({ __typename: 'Employee', employeeNo })),
    ),
  ])
  let at = 0
  for (const orders of byCustomer.values()) {
    const customer = customers[at] ?? { name: null }
    for (const order of orders) order.customer = customer
    at += 1
  }
  at = 0
  for (const orders of byEmployee.values()) {
    const salesperson = people[at] ?? { displayName: null }
    for (const order of orders) order.salesperson = salesperson
    at += 1
  }
  return data
}

function add(orders: Map<string, Order[]>, key: string, order: Order): void {
  const known = orders.get(key)
  if (known === undefined) orders.set(key, [order])
  else known.push(order)
}

const questions = new Map([
  ['One', one],
  ['Customer360', customer360],
  ['List1000', list1000],
])

await serveAnswers(Number(port), async (asked) => {
  const data = (await questions.get(operationOf(asked))?.(asked.variables)) ?? {
    __typename: 'Query',
  }
  return JSON.stringify({ data })
})
