/**
 * A database server that is really restarted under a running gateway: between two pages, in the middle
 * of a statement, and away for a while. The ERP reads from it; the other systems have their own.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { readConfig } from '../../gateway/config.ts'
import { openLimits } from '../../gateway/limits/limits.ts'
import { relations as erp } from '../../subgraphs/erp/relations.ts'
import { eventually, serverKinds } from '../support/database-servers.ts'
import { demoMappings, demoTables, type Copied } from '../support/demo-tables.ts'
import { demoData } from '../support/demo-data.ts'
import { startGraph, type Graph } from '../support/graph.ts'
import { ownServer, type OwnServer } from '../support/own-server.ts'
import { at, list } from '../support/walk.ts'

const copied: Copied = {
  erp: { customer: erp.customer, sales_order: erp.sales_order, product: erp.product },
}
const pageOfOrders = `query ($after: String) {
  salesOrders(first: 1000, after: $after) { nodes { orderNo customer { name } } pageInfo { hasNextPage endCursor } }
}`
const ofTwoSystems = `{ salesOrders(first: 1) { nodes { orderNo } } customers(first: 3) { nodes { name } } employees(first: 3) { nodes { displayName } } }`

for (const kind of serverKinds) {
  describe(`a ${kind} server that is restarted`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'isthmus-restart-'))
    const home = kind === 'mysql' ? 'mysql' : 'postgres'
    const running =
      kind === 'mysql'
        ? `SELECT 1 FROM information_schema.processlist WHERE user = 'isthmus_reader' AND info LIKE '%SLEEP(60)%' AND command = 'Execute'`
        : `SELECT 1 FROM pg_stat_activity WHERE usename = 'isthmus_reader' AND state = 'active' AND wait_event = 'PgSleep'`
    let server: OwnServer
    let embedded: Graph
    let graph: Graph
    const ask = (document: string, variables = {}) =>
      graph.ask(document, { variables, limits: openLimits })
    const page = async (cursor: unknown, of = graph) => {
      const variables = { after: cursor }
      const { data, errors = [] } = await of.ask(pageOfOrders, { variables, limits: openLimits })
      assert.deepEqual(errors, [])
      const orders = data?.['salesOrders']
      return {
        rows: list(at(orders, 'nodes')),
        next: at(orders, 'pageInfo.hasNextPage') === true ? at(orders, 'pageInfo.endCursor') : null,
      }
    }
    /** What is asked of the ERP and of others: one error for the one, the answers of the others. */
    const expectOneError = async (asked = ask(ofTwoSystems), path = 'salesOrders') => {
      const { data, errors = [] } = await asked
      const [error, ...more] = errors
      assert.deepEqual(more, [])
      assert.deepEqual(error?.path, [path])
      assert.equal(error?.extensions?.['code'], 'SOURCE_UNAVAILABLE')
      assert.match(
        error.message,
        /^The database of "erp" (cannot be reached|broke off the connection|is starting or stopping)/,
      )
      assert.doesNotMatch(error.message, /SELECT|127\.0\.0\.1|:\d{4,5}|other_erp|isthmus_reader/)
      assert.equal(data?.[path], null)
      return data
    }
    const answersAgain = () =>
      eventually('it answers again', async () => (await ask(ofTwoSystems)).errors === undefined)

    before(async () => {
      server = await ownServer(kind)
      const isMysql = kind === 'mysql'
      await server.run(home, `CREATE DATABASE shop ${isMysql ? 'CHARACTER SET utf8mb4' : ''}`)
      await server.run('shop', ...demoTables(kind, demoData(), copied))
      await server.run(
        'shop',
        ...(isMysql
          ? [
              `CREATE USER isthmus_reader@'%' IDENTIFIED BY 'pass'`,
              `GRANT SELECT ON shop.* TO isthmus_reader@'%'`,
            ]
          : [
              `CREATE ROLE isthmus_reader LOGIN PASSWORD 'pass'`,
              `GRANT SELECT ON ALL TABLES IN SCHEMA public TO isthmus_reader`,
            ]),
      )
      const scheme = isMysql ? 'mysql' : 'postgresql'
      const address = `url: ${scheme}://isthmus_reader:pass@127.0.0.1:${server.port}/shop`
      const mappings = demoMappings(kind, address, folder, copied)
      // Products are read slowly, so that the server can be stopped while it reads them.
      const slow = isMysql ? '(SELECT SLEEP(60) AS s) late' : '(SELECT pg_sleep(60)) late'
      writeFileSync(
        join(mappings.get('erp') ?? '', 'product.sql'),
        `SELECT sku, name FROM other_erp_product, ${slow}\n`,
      )
      const config = readConfig({ PORT: '0' })
      const system = (name: string) => ({ ...config.system(name), mapping: mappings.get(name) })
      embedded = await startGraph()
      graph = await startGraph({ config: { system } })
    })
    after(async () => {
      await graph[Symbol.asyncDispose]()
      await embedded[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    })

    it('between two pages costs nobody an answer: the pages go on with the same cursor', async () => {
      const rows: unknown[] = []
      const expected: unknown[] = []
      let restarts = 0
      for (let cursor: unknown = null, pages = 1; ; pages += 1) {
        const { rows: some, next } = await page(cursor)
        rows.push(...some)
        if (next === null) break
        if (pages === 1 || pages === 7) {
          await server.stop()
          await server.start()
          restarts += 1
        }
        cursor = next
      }
      for (let cursor: unknown = null; ;) {
        const { rows: some, next } = await page(cursor, embedded)
        expected.push(...some)
        if (next === null) break
        cursor = next
      }
      assert.equal(restarts, 2)
      assert.ok(rows.length > 10_000)
      assert.deepEqual(rows, expected)
    })

    it('and is away for a while takes its own fields with it, and comes back by itself', async () => {
      const first = await page(null)
      await server.stop()
      const data = await expectOneError()
      assert.equal(list(at(data, 'customers.nodes')).length, 3)
      assert.equal(list(at(data, 'employees.nodes')).length, 3)
      await server.start()
      await answersAgain()
      const second = await page(first.next)
      assert.equal(second.rows.length, 1_000)
      assert.notDeepEqual(second.rows, first.rows)
    })

    it('in the middle of a statement is one error, and others go on meanwhile', async () => {
      const document = `{ products(first: 5) { nodes { sku } } customers(first: 3) { nodes { name } } }`
      const broken = ask(document)
      await eventually(
        'it reads its products',
        async () => (await server.run(home, running)).length > 0,
      )
      const meanwhile = await ask('{ customers(first: 3) { nodes { name } } }')
      assert.equal(meanwhile.errors, undefined)
      const began = performance.now()
      await server.stop()
      const data = await expectOneError(broken, 'products')
      assert.ok(performance.now() - began < 10_000, 'the end of the server was told at once')
      assert.equal(list(at(data, 'customers.nodes')).length, 3)
      await server.start()
      await answersAgain()
    })
  })
}
