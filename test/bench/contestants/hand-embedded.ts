/**
 * The questions over the same SQL, with rows turned into the answer by hand: how little an embedded
 * answer can cost in Node. Arguments: port, the folder of the databases.
 */
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { amountScale, quantityScale } from '../../../subgraphs/shared/relations.ts'
import { operationOf, serveAnswers, type Asked } from './answering.ts'
import { sql } from './hand-embedded-sql.ts'

const [, , port = '', data = ''] = process.argv

type Row = Readonly<Record<string, string & number>> // by hand one knows which of them it is
type Run = (values: readonly SQLInputValue[], list?: readonly string[]) => readonly Row[]

/** A statement of one database, prepared once for each power of two that its list is padded to. */
function statement(database: DatabaseSync, text: string): Run {
  const prepared = new Map<number, StatementSync>()
  return (values, list = []) => {
    const length = list.length === 0 ? 0 : 2 ** Math.ceil(Math.log2(list.length))
    let found = prepared.get(length)
    if (found === undefined) {
      found = database.prepare(text.replace('??', Array(length).fill('?').join(', ')))
      prepared.set(length, found)
    }
    const padded = [...list, ...Array<string>(length - list.length).fill(list.at(-1) ?? '')]
    return found.all(...padded, ...values) as unknown as readonly Row[] // the columns of the statement
  }
}

const open = (name: string) => new DatabaseSync(join(data, `${name}.sqlite`), { readOnly: true })
const [crm, identity, erp, hr, finance] = ['crm', 'identity', 'erp', 'hr', 'finance'].map(open) as [
  DatabaseSync,
  DatabaseSync,
  DatabaseSync,
  DatabaseSync,
  DatabaseSync,
]
const run = {
  order: statement(erp, sql.order),
  orderLines: statement(erp, sql.orderLines),
  products: statement(erp, sql.products),
  customers: statement(crm, sql.customers),
  contacts: statement(crm, sql.contacts),
  links: statement(identity, sql.links),
  accounts: statement(identity, sql.accounts),
  interactions: statement(crm, sql.interactions),
  cases: statement(crm, sql.cases),
  opportunities: statement(crm, sql.opportunities),
  ordersOfCustomers: statement(erp, sql.ordersOfCustomers),
  employeesByLogin: statement(hr, sql.employeesByLogin),
  employees: statement(hr, sql.employees),
  debtors: statement(finance, sql.debtors),
  invoices: statement(finance, sql.invoices),
  receivables: statement(finance, sql.receivables),
  orders: statement(erp, sql.orders),
}

const places = new Map([
  ['JPY', 0],
  ['KRW', 0],
  ['KWD', 3],
])

/** An integer of so many places as text, with at least `minPlaces` of them. */
function decimalText(value: number, scale: number, minPlaces: number): string {
  const digits = String(Math.abs(value)).padStart(scale + 1, '0')
  let fraction = digits.slice(-scale)
  while (fraction.length > minPlaces && fraction.endsWith('0')) fraction = fraction.slice(0, -1)
  const whole = `${value < 0 ? '-' : ''}${digits.slice(0, -scale)}`
  return fraction === '' ? whole : `${whole}.${fraction}`
}

const money = (value: number | null | undefined, currency: string) =>
  value === null || value === undefined
    ? null
    : { amount: decimalText(value, amountScale, places.get(currency) ?? 2), currency }

const unlimited = 100_001

function one(variables: Asked['variables']): object {
  const orderNo = String(variables?.['orderNo'])
  const [order] = run.order([1], [orderNo])
  if (order === undefined) return { salesOrder: null }
  const lines = run.orderLines([orderNo, 6]).slice(0, 5)
  const skus = [...new Set(lines.map(({ sku }) => sku ?? ''))]
  const products = new Map(run.products([unlimited], skus).map((row) => [row['sku'], row]))
  const { channel, status, orderedOn, requestedOn, promisedOn, net, cost, currency = '' } = order
  return {
    salesOrder: {
      orderNo,
      channel,
      status,
      orderedOn,
      requestedOn,
      promisedOn,
      net: money(net, currency),
      cost: money(cost, currency),
      lines: {
        nodes: lines.map((line) => {
          const product = products.get(line['sku'])
          return {
            lineNo: line['lineNo'],
            quantity: {
              value: decimalText(line['quantity'] ?? 0, quantityScale, 0),
              unit: line['unit'],
            },
            net: money(line['net'], line['currency'] ?? ''),
            product: product ? { sku: product['sku'], name: product['name'] } : null,
          }
        }),
      },
    },
  }
}

function customer360(variables: Asked['variables']): object {
  const crmAccountId = String(variables?.['crmAccountId'])
  const [customer] = run.customers([1], [crmAccountId])
  if (customer === undefined) return { customer: null }
  const links = run.links([unlimited], [crmAccountId])
  const counting = (system: string) =>
    links.filter((link) => link['system'] === system && link['counts'] === 1)
  const erpCustomerNos = counting('ERP').map(({ value }) => value ?? '')
  const debtorNo = counting('FINANCE')[0]?.['value']
  const { name, legalName, taxRegistrationNo, status, ownerLoginId } = customer
  return {
    customer: {
      id: links[0]?.['customerId'] ?? crmAccountId,
      name,
      legalName,
      taxRegistrationNo,
      status,
      owner: ownerOf(ownerLoginId),
      contacts: {
        nodes: run
          .contacts([crmAccountId, 21])
          .slice(0, 20)
          .map((row) => ({ name: row['name'], role: row['role'], email: row['email'] })),
      },
      interactions: { nodes: interactionsOf(crmAccountId) },
      cases: {
        nodes: run
          .cases([crmAccountId, 11])
          .slice(0, 10)
          .map((row) => ({
            caseNo: row['caseNo'],
            kind: row['kind'],
            status: row['status'],
            subject: row['subject'],
            openedAt: row['openedAt'],
          })),
      },
      opportunities: {
        nodes: run
          .opportunities([crmAccountId, 11])
          .slice(0, 10)
          .map((row) => ({
            id: row['id'],
            name: row['name'],
            stage: row['stage'],
            amount: money(row['amount'], row['currency'] ?? ''),
            expectedCloseOn: row['expectedCloseOn'],
          })),
      },
      orders: erpCustomerNos.length === 0 ? null : { nodes: ordersOf(erpCustomerNos) },
      ...financeOf(debtorNo),
    },
  }
}

function ownerOf(loginId: string | null | undefined) {
  if (!loginId) return null
  const [owner] = run.employeesByLogin([unlimited], [loginId])
  return { displayName: owner?.['displayName'] ?? null, jobTitle: owner?.['jobTitle'] ?? null }
}

function interactionsOf(crmAccountId: string): readonly object[] {
  const rows = run.interactions([crmAccountId, 21]).slice(0, 20)
  const logins = [...new Set(rows.flatMap((row) => row['loginId'] ?? []))]
  const people = new Map(
    (logins.length === 0 ? [] : run.employeesByLogin([unlimited], logins)).map((row) => [
      row['loginId'],
      row['displayName'],
    ]),
  )
  return rows.map((row) => ({
    at: row['at'],
    channel: row['channel'],
    subject: row['subject'],
    employee: row['loginId'] ? { displayName: people.get(row['loginId']) ?? null } : null,
  }))
}

function ordersOf(erpCustomerNos: readonly string[]): readonly object[] {
  return run
    .ordersOfCustomers([21], erpCustomerNos)
    .toSorted(
      (a, b) => compare(b['orderedAt'], a['orderedAt']) || compare(b['orderNo'], a['orderNo']),
    )
    .slice(0, 20)
    .map((row) => ({
      orderNo: row['orderNo'],
      orderedOn: row['orderedOn'],
      status: row['status'],
      net: money(row['net'], row['currency'] ?? ''),
    }))
}

const compare = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0)

function financeOf(debtorNo: string | undefined): object {
  const nothing = { creditLimit: null, openReceivables: null, invoices: null }
  if (debtorNo === undefined) return nothing
  const [debtor] = run.debtors([1], [debtorNo])
  if (debtor === undefined) return nothing
  return {
    creditLimit: money(debtor['creditLimit'], debtor['currency'] ?? ''),
    openReceivables: receivablesOf(debtorNo),
    invoices: {
      nodes: run
        .invoices([debtorNo, 21])
        .slice(0, 20)
        .map((row) => ({
          invoiceNo: row['invoiceNo'],
          status: row['status'],
          issuedOn: row['issuedOn'],
          dueOn: row['dueOn'],
          gross: money(row['gross'], row['currency'] ?? ''),
          open: money(row['openAmount'], row['currency'] ?? ''),
        })),
    },
  }
}

function receivablesOf(debtorNo: string): readonly object[] {
  return run
    .receivables([unlimited], [debtorNo])
    .map((row) => money(row['open'], row['currency'] ?? ''))
    .filter((each) => each !== null)
}

function list1000(variables: Asked['variables']): object {
  const orders = run
    .orders([String(variables?.['from']), String(variables?.['to']), 1_001])
    .slice(0, 1_000)
  const customerNos = [...new Set(orders.flatMap((row) => row['erpCustomerNo'] ?? []))]
  const accounts = new Map(
    run.accounts([unlimited], customerNos).map((row) => [row['key'], row['crmAccountId']]),
  )
  const accountIds = [...new Set(accounts.values())].flatMap((each) => each ?? [])
  const customers = new Map(
    run.customers([unlimited], accountIds).map((row) => [row['crmAccountId'], row['name']]),
  )
  const employeeNos = [...new Set(orders.flatMap((row) => row['salespersonNo'] ?? []))]
  const people = new Map(
    run.employees([unlimited], employeeNos).map((row) => [row['employeeNo'], row['displayName']]),
  )
  return {
    salesOrders: {
      nodes: orders.map((row) => {
        const { orderNo, status, orderedOn, net, cost, currency = '' } = row
        return {
          orderNo,
          status,
          orderedOn,
          net: money(net, currency),
          cost: money(cost, currency),
          customer: row['erpCustomerNo']
            ? { name: customers.get(accounts.get(row['erpCustomerNo'])) ?? null }
            : null,
          salesperson: row['salespersonNo']
            ? { displayName: people.get(row['salespersonNo']) ?? null }
            : null,
        }
      }),
    },
  }
}

const questions = new Map([
  ['One', one],
  ['Customer360', customer360],
  ['List1000', list1000],
])

await serveAnswers(Number(port), (asked) => {
  const answer = questions.get(operationOf(asked))?.(asked.variables)
  return JSON.stringify({ data: answer ?? { __typename: 'Query' } })
})
