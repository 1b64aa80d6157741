/** The relation suite on real servers, as an account that may only SELECT. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { allRows } from '#shared/row-rights.ts'
import { mappingSetIn } from '#shared/sources/mapping-set.ts'
import { openSource } from '#shared/sources/open-source.ts'
import { serverKinds, testDatabase } from '../support/database-servers.ts'
import { relations, writeMappings } from '../subgraphs/shared/sources/mappings.ts'
import { relationSuite } from '../subgraphs/shared/sources/relation-suite.ts'

for (const kind of serverKinds) {
  relationSuite(kind, async () => {
    const database = await testDatabase(kind)
    return {
      kind,
      address: `url: ${database.url}`,
      execute: async (statements) => {
        await database.owner(...statements)
      },
      drop: async () => {
        await database[Symbol.asyncDispose]()
      },
    }
  })
}

it('a key of BIGINT UNSIGNED above 2^63 is found', async (t) => {
  await using database = await testDatabase('mysql')
  const keys = ['18446744073709551615', '9223372036854775808', '7']
  await database.owner(
    'CREATE TABLE thing (id BIGINT UNSIGNED PRIMARY KEY, name VARCHAR(40))',
    `INSERT INTO thing VALUES ${keys.map((key) => `(${key}, '${key}')`).join(', ')}`,
  )
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-unsigned-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const customer = 'SELECT id AS [customerNo], name FROM thing'
  writeMappings(folder, 'mysql', `url: ${database.url}`, { customer })
  await using source = openSource({
    system: 'test',
    set: mappingSetIn(folder, { relations, env: {} }),
    timeZone: 'UTC',
  })
  const scope = { rows: allRows, signal: new AbortController().signal, deadlineAt: Infinity }
  const db = source.limitedTo({ name: 'test', relations }, scope)
  const found = (...given: readonly string[]) =>
    db.selectFrom('customer').select('name').where('customerNo', 'in', given).execute()
  for (const name of keys) assert.deepEqual(await found(name, 'none'), [{ name }])
  for (const none of ['18446744073709551616', '-1', '-9223372036854775808']) {
    assert.deepEqual(await found(none), [], none)
  }
})
