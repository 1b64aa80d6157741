/** Over a file; test/services/store.test.ts has the same over PostgreSQL. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { append, verify } from '../../../gateway/audit/chain.ts'
import { auditKeys } from '../../../gateway/audit/keys.ts'
import { openStore } from '../../../gateway/store/store.ts'
import { inFile } from '../../support/stores.ts'
import { chainSuite } from './chain-suite.ts'

chainSuite(inFile)

it('a group that the disk has no room for is not written at all', async () => {
  await using place = await inFile()
  await using store = await openStore(place.address)
  const chain = { store, keys: auditKeys('a secret of the tests, long enough') }
  const small = { entry: JSON.stringify({ at: 1 }), reading: null }
  const large = { entry: JSON.stringify({ at: 2, filler: 'x'.repeat(100_000) }), reading: null }
  await append(chain, [small])
  const [row] = await store.rows('PRAGMA page_count')
  await store.script(`PRAGMA max_page_count = ${Number(row?.['page_count'])}`)
  await assert.rejects(append(chain, [small, large]), (error: Error) => {
    assert.match(String(error.cause), /full/)
    return true
  })
  assert.equal((await verify(chain)).entries, 1)
  await store.script('PRAGMA max_page_count = 1000000')
  await append(chain, [small, large])
  const { entries, problems } = await verify(chain)
  assert.deepEqual([entries, problems], [3, []])
})
