/** What is wrong with a database file is said by the questions that need it; the rest is answered. */
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { startHttp } from '../support/http.ts'

const faults: readonly [name: string, code: string, make: (path: string) => void][] = [
  ['missing', 'DATABASE_MISSING', (path) => rmSync(path)],
  ['corrupt', 'DATABASE_INVALID', (path) => writeFileSync(path, 'not a database '.repeat(100))],
  [
    'of an older layout',
    'DATABASE_OUTDATED',
    (path) => {
      const file = new DatabaseSync(path)
      file.exec(`UPDATE isthmus_meta SET value = 'older' WHERE key = 'layout'`)
      file.close()
    },
  ],
]

describe('a database file', () => {
  for (const [name, code, make] of faults) {
    it(`that is ${name} is one clear error; other systems answer`, async () => {
      await using gateway = await startHttp()
      make(join(gateway.graph.data, 'finance.sqlite'))
      const answer = await gateway.post({
        query: '{ invoices(first: 1) { totalCount } customers(first: 1) { nodes { name } } }',
      })
      assert.equal(answer.status, 200)
      const { data, errors = [] } = answer.json()
      const { invoices, customers } = data as { invoices: unknown; customers: { nodes: unknown[] } }
      assert.equal(invoices, null)
      assert.equal(customers.nodes.length, 1)
      assert.deepEqual(
        errors.map(({ path, extensions }) => [path, extensions.code]),
        [[['invoices'], code]],
      )
      assert.match(errors[0]?.message ?? '', /"finance".*npm run seed/)
      assert.doesNotMatch(answer.text, /\.sqlite|SELECT|\n\s+at /)
    })
  }
})
