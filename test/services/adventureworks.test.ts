/**
 * AdventureWorks loaded unchanged into PostgreSQL (ERP, finance) and MariaDB (CRM, HR) answers what it
 * answers from the SQLite files. `ISTHMUS_TEST_POSTGRES_URL` and `ISTHMUS_TEST_MARIADB_URL` say where;
 * without them this fails.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dropMysql, loadMysql } from '../fixtures/adventureworks/load-mysql.ts'
import { dropPostgresql, loadPostgresql } from '../fixtures/adventureworks/load-postgresql.ts'
import { unpack } from '../fixtures/adventureworks/unpack.ts'
import {
  adventureWorksQuestions,
  openAdventureWorks,
  type AdventureWorks,
} from '../support/adventureworks.ts'

const address = (variable: string, example: string): string => {
  const url = process.env[variable]
  assert.ok(url, `${variable} is not set, for instance to ${example}`)
  return url
}

describe('AdventureWorks on PostgreSQL and MariaDB', () => {
  const prefix = `isthmus_test_aw_${process.pid}_`
  const made: (() => Promise<void>)[] = []
  let files: AdventureWorks
  let servers: AdventureWorks

  before(async () => {
    const postgresql = address(
      'ISTHMUS_TEST_POSTGRES_URL',
      'postgresql://root@127.0.0.1:5432/postgres',
    )
    const mariadb = address('ISTHMUS_TEST_MARIADB_URL', 'mysql://root@127.0.0.1:3306')
    const folder = join(tmpdir(), 'isthmus-adventureworks')
    const unpacked = unpack(folder)
    const onPostgresql = async (system: 'erp' | 'finance') => {
      made.push(() => dropPostgresql(postgresql, prefix + system))
      const url = await loadPostgresql(postgresql, prefix + system, unpacked[system])
      return { set: 'postgresql', url }
    }
    const onMariadb = async (system: 'crm' | 'hr') => {
      made.push(() => dropMysql(mariadb, prefix + system))
      return { set: 'mysql', url: await loadMysql(mariadb, prefix + system, unpacked[system]) }
    }
    const [erp, finance, crm, hr] = await Promise.all([
      onPostgresql('erp'),
      onPostgresql('finance'),
      onMariadb('crm'),
      onMariadb('hr'),
    ])
    files = await openAdventureWorks({ folder })
    servers = await openAdventureWorks({ folder, servers: { erp, finance, crm, hr } })
  })
  after(async () => {
    await files[Symbol.asyncDispose]()
    await servers[Symbol.asyncDispose]()
    for (const drop of made) await drop()
  })

  for (const { name, operation, ...options } of adventureWorksQuestions()) {
    it(name, async () => {
      assert.deepEqual(await servers.ask(operation, options), await files.ask(operation, options))
    })
  }

  // Beyond the twenty: lists in every order, pages, filters by code, text and money, aggregates.
  const questions: Readonly<Record<string, string>> = {
    'customers by name, page by page': `{
      customers(first: 1000) { nodes { id name region kind segment { code } addresses { kind line1 city region country location { lat lon } } } } }`,
    'contacts with what they agreed to': `{
      contacts(first: 500) { nodes { id name role email phone consents { channel granted } } } }`,
    'a name in part': `{ customers(filter: { nameContains: "bike" }, first: 300) { nodes { id name } } }`,
    'orders of a range of money': `{
      salesOrders(filter: { net: { currency: "CAD", gte: "50000", lte: "60000.5" } }, orderBy: { field: NET, direction: ASC }, first: 100) { nodes { orderNo net { amount } } } }`,
    'lines of an order with cost': `{
      salesOrder(orderNo: "SO43661") { orderedAt cost { amount } lines(first: 100) { nodes { lineNo quantity { value unit } netPrice { amount } net { amount } cost { amount } } } } }`,
    'sales by category and quarter': `{
      salesOrderLineAggregates(groupBy: [CATEGORY, ORDER_PERIOD], bucket: QUARTER, first: 1000) { rows { category currency quantity ordered { amount } cost { amount } } } }`,
    'purchase on its way': `{
      purchaseOrders(filter: { status: [ORDERED] }, first: 100) { nodes { poNo orderedOn status total { amount } lines { lineNo received { value unit } } } } }`,
    'work orders by day': `{
      productionOrders(filter: { due: { from: "2014-06-01" } }, first: 500) { nodes { id status dueOn quantity { value unit } product { sku } } } }`,
    'postings by account and month': `{
      ledgerAggregates(filter: { posted: { from: "2012-01-01", to: "2012-12-31" } }, groupBy: [ACCOUNT, PERIOD], bucket: MONTH, first: 1000) { rows { account currency debit { amount } credit { amount } } } }`,
    'employees by name with their managers': `{
      employees(first: 300) { nodes { employeeNo loginId displayName jobFamily manager { employeeNo } department { code name } salary { amount } } } }`,
    'rates of a day': `{
      a: exchangeRate(from: "USD", to: "EUR", kind: AVERAGE, at: "2012-02-29") c: exchangeRate(from: "USD", to: "GBP", kind: CLOSING) }`,
  }
  for (const [name, question] of Object.entries(questions)) {
    it(name, async () => {
      const expected = await files.ask(question)
      assert.deepEqual(expected.errors ?? [], [])
      assert.deepEqual(await servers.ask(question), expected)
    })
  }
})
