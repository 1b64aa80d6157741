/**
 * AdventureWorks loaded unchanged into PostgreSQL (ERP, finance) and MariaDB (CRM, HR) answers what it
 * answers from the SQLite files, by accounts that may only SELECT.
 */
import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { ExecutionResult, GraphQLError, GraphQLFormattedError } from 'graphql'
import { fillMysql } from '../fixtures/adventureworks/load-mysql.ts'
import { fillPostgresql } from '../fixtures/adventureworks/load-postgresql.ts'
import { unpack, type System } from '../fixtures/adventureworks/unpack.ts'
import {
  adventureWorksQuestions,
  openAdventureWorks,
  type AdventureWorks,
  type AskOptions,
} from '../support/adventureworks.ts'
import { testDatabase, type ServerKind } from '../support/database-servers.ts'
import { at } from '../support/walk.ts'

const folder = join(tmpdir(), 'isthmus-adventureworks')

/** Beyond the twenty: pages, filters by code, text and money, aggregates, all relations with much in them. */
const questions: Readonly<Record<string, string>> = {
  'customers by name': `{
    customers(first: 1000) { nodes { id name region kind segment { code } addresses { kind line1 city region country location { lat lon } } } } }`,
  'contacts by name': `{
    contacts(first: 800) { nodes { id name role email phone consents { channel granted } } } }`,
  'a name in part': `{ customers(filter: { nameContains: "bike" }, first: 300) { nodes { id name } } }`,
  'orders of a range of money': `{
    salesOrders(filter: { net: { currency: "CAD", gte: "50000", lte: "60000.5" } }, orderBy: { field: NET, direction: ASC }, first: 100) { nodes { orderNo net { amount } } } }`,
  'customer numbers with their addresses': `{
    erpCustomerRecords(first: 1000) { nodes { erpCustomerNo region particulars { line1 city postalCode } } } }`,
  'lines of an order with cost': `{
    salesOrder(orderNo: "SO43661") { orderedAt cost { amount } lines(first: 100) { nodes { lineNo quantity { value unit } netPrice { amount } net { amount } cost { amount } } } } }`,
  'sales by category and quarter': `{
    salesOrderLineAggregates(groupBy: [CATEGORY, ORDER_PERIOD], bucket: QUARTER, first: 1000) { rows { category currency quantity ordered { amount } cost { amount } } } }`,
  'purchase on its way': `{
    purchaseOrders(filter: { status: [ORDERED] }, first: 100) { nodes { poNo orderedOn status total { amount } lines { lineNo received { value unit } } } } }`,
  'orders that are none of a state': `{
    purchaseOrders(filter: { not: { status: [RECEIVED] } }, first: 300) { nodes { poNo status } } }`,
  'work orders by day': `{
    productionOrders(filter: { due: { from: "2014-06-01" } }, first: 500) { nodes { id status dueOn quantity { value unit } product { sku } } } }`,
  'postings by account and month': `{
    ledgerAggregates(filter: { posted: { from: "2012-01-01", to: "2012-12-31" } }, groupBy: [ACCOUNT, PERIOD], bucket: MONTH, first: 1000) { rows { account currency debit { amount } credit { amount } } } }`,
  'people by name': `{
    employees(first: 300) { nodes { employeeNo loginId displayName jobFamily manager { employeeNo } department { code name } salary { amount } } } }`,
  'people by family': `{
    headcountAggregates(groupBy: [JOB_FAMILY]) { rows { jobFamily headcount averageTenureMonths } } }`,
  'rates of a day': `{
    a: exchangeRate(from: "USD", to: "EUR", kind: AVERAGE, at: "2012-02-29") c: exchangeRate(from: "USD", to: "GBP", kind: CLOSING) }`,
}

const sortedByName = new Map([
  ['credit-exposure', 'customers.nodes'],
  ['headcount-cost', 'departments.nodes'],
  ['pipeline-actual-quota', 'employees.nodes'],
  ['customers by name', 'customers.nodes'],
  ['contacts by name', 'contacts.nodes'],
  ['a name in part', 'customers.nodes'],
  ['people by name', 'employees.nodes'],
])

describe('AdventureWorks on PostgreSQL and MariaDB', () => {
  const opened: AsyncDisposable[] = []
  let files: AdventureWorks
  let servers: AdventureWorks

  before(async () => {
    const unpacked = unpack(folder)
    const load = async (system: System, kind: ServerKind) => {
      const database = await testDatabase(kind, {
        encoding: kind === 'mysql' ? 'CHARACTER SET utf8mb4' : '',
      })
      opened.push(database)
      const fill = kind === 'mysql' ? fillMysql : fillPostgresql
      await fill(database.ownerUrl, unpacked[system])
      return { set: kind, url: database.url }
    }
    const [erp, finance, crm, hr] = await Promise.all([
      load('erp', 'postgresql'),
      load('finance', 'postgresql'),
      load('crm', 'mysql'),
      load('hr', 'mysql'),
    ])
    files = await openAdventureWorks({ folder })
    servers = await openAdventureWorks({ folder, servers: { erp, finance, crm, hr } })
    opened.push(files, servers)
  })
  after(async () => {
    for (const each of opened.toReversed()) await each[Symbol.asyncDispose]()
  })

  /** Both answers; rows that a text sorts come as the database sorts text, which differs. */
  const both = async (
    question: string,
    options: AskOptions = {},
    sortedByText = '',
  ): Promise<readonly [ExecutionResult, ExecutionResult]> => {
    const [here, there] = await Promise.all([
      files.ask(question, options),
      servers.ask(question, options),
    ])
    return [comparable(here, sortedByText), comparable(there, sortedByText)]
  }

  for (const { name, operation, ...options } of adventureWorksQuestions()) {
    it(name, async () => {
      const [expected, answer] = await both(operation, options, sortedByName.get(name))
      assert.deepEqual(answer, expected)
    })
  }

  for (const [name, question] of Object.entries(questions)) {
    it(name, async () => {
      const [expected, answer] = await both(question, {}, sortedByName.get(name))
      assert.deepEqual(expected.errors ?? [], [])
      assert.deepEqual(answer, expected)
    })
  }
})

/** Errors come as systems answer: by their paths. */
function comparable({ data, errors = [] }: ExecutionResult, sortedByText: string): ExecutionResult {
  const place = (error: GraphQLFormattedError) => JSON.stringify([error.path, error.message])
  const nodes = sortedByText === '' ? undefined : at(data, sortedByText)
  if (Array.isArray(nodes)) nodes.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  const plain = JSON.parse(JSON.stringify(errors)) as readonly GraphQLFormattedError[]
  return {
    data: data ?? null,
    errors: plain.toSorted((a, b) => (place(a) < place(b) ? -1 : 1)) as unknown as GraphQLError[],
  }
}
