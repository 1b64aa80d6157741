/** A source whose database changes while it is asked: who is told what, and how often it is looked at. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { it, type TestContext } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { allRows } from '#shared/row-rights.ts'
import { mappingSetIn } from '#shared/sources/mapping-set.ts'
import { openConnection } from '#shared/sources/open-connection.ts'
import { openSource } from '#shared/sources/open-source.ts'
import { relations, writeMappings } from './mappings.ts'
import { statementsFor } from './tables.ts'

/** The small company in a file, and how often each of its mappings was looked at. */
function company(t: TestContext, changed: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-open-source-'))
  const file = new DatabaseSync(join(folder, 'company.db'))
  t.after(() => {
    file.close()
    rmSync(folder, { recursive: true })
  })
  for (const statement of statementsFor('sqlite')) file.exec(statement)
  writeMappings(join(folder, 'plain'), 'sqlite', 'file: ../company.db', changed)
  const set = mappingSetIn(join(folder, 'plain'), { relations, env: {} })
  const described: string[] = []
  const source = openSource({
    system: 'erp',
    set,
    timeZone: 'UTC',
    connect: async () => {
      const connection = await openConnection(set, { system: 'erp', timeZone: 'UTC' })
      return {
        ...connection,
        describe: async (statement) => {
          described.push(statement.sql)
          await turn() // as a server would take its time
          return connection.describe(statement)
        },
      }
    },
  })
  t.after(() => source[Symbol.asyncDispose]())
  let later = 0
  const now = performance.now.bind(performance)
  t.mock.method(performance, 'now', () => now() + later)
  return {
    file,
    described,
    pass: (milliseconds: number) => (later += milliseconds),
    db: source.limitedTo(
      { name: 'erp', relations },
      { rows: allRows, signal: new AbortController().signal, deadlineAt: Infinity },
    ),
  }
}

const nothing = 'SELECT nothing FROM no_such_table'

it('a table that goes away is told with the mapping that reads it, not with another that is broken', async (t) => {
  const { file, pass, db } = company(t, { customer: nothing })
  await db.selectFrom('order_line').select('sku').execute()
  file.exec('DROP TABLE "order-line"')
  pass(10_000)
  await assert.rejects(db.selectFrom('order_line').select('sku').execute(), {
    code: 'MAPPING_INVALID',
    message: /plain\/order_line\.sql/,
  })
})

it('what does not fit is looked at again once, however many ask for it at once', async (t) => {
  const { described, pass, db } = company(t, { customer: nothing })
  const ask = () =>
    assert.rejects(db.selectFrom('customer').select('name').execute(), { code: 'MAPPING_INVALID' })
  await ask()
  assert.equal(described.length, 3)
  pass(10_000)
  await Promise.all(Array.from({ length: 20 }, ask))
  assert.equal(described.length, 6)
})

it('a key that no NUMERIC of SQLite holds is of no row', async (t) => {
  const { file, db } = company(t, { customer: 'SELECT no AS [customerNo], name FROM numbers' })
  file.exec('CREATE TABLE numbers (no NUMERIC PRIMARY KEY, name TEXT)')
  for (const none of ['9223372036854775808', '1000000000000000000000000', '-9223372036854775809']) {
    const found = db.selectFrom('customer').select('name').where('customerNo', '=', none).execute()
    assert.deepEqual(await found, [], none)
  }
})
