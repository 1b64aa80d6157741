/** What is read in one turn of the event loop is read from one state of the file, and then let go. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { it, type TestContext } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { openEmbedded } from '#shared/embedded.ts'
import { allRows } from '#shared/row-rights.ts'
import { writeDatabase } from '../../support/subgraph-fixture.ts'
import { declaration } from './shop/shop.ts'

const rows = {
  purchase: [
    {
      orderNo: '1',
      customerNo: 'A',
      orderedOn: '2026-01-05',
      currency: 'TWD',
      net: '1.5',
      state: 'OPEN',
      urgent: true,
    },
  ],
}

function opened(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-test-'))
  const path = join(folder, 'shop.sqlite')
  writeDatabase(path, declaration, rows, '2026-06-30')
  const shop = openEmbedded('shop', path, declaration)
  const other = new DatabaseSync(path)
  let isOpen = true
  const close = () => {
    if (isOpen) shop[Symbol.dispose]()
    isOpen = false
  }
  t.after(() => {
    close()
    other.close()
    rmSync(folder, { recursive: true })
  })
  const scope = { rows: allRows, signal: new AbortController().signal, deadlineAt: Infinity }
  const customers = async () =>
    (await shop.limitedTo(scope).selectFrom('purchase').select('customerNo').execute()).map(
      ({ customerNo }) => customerNo,
    )
  return { shop, other, customers, close }
}

it('nobody changes the file between two statements of a turn; after it, the next one sees the change', async (t) => {
  const { other, customers } = opened(t)
  assert.deepEqual(await customers(), ['A'])
  const change = () => other.exec("UPDATE purchase SET customerNo = 'B'")
  assert.throws(change, /database is locked/)
  assert.deepEqual(await customers(), ['A'])
  await setImmediate()
  change()
  assert.deepEqual(await customers(), ['B'])
})

it('a statement that fails leaves nothing locked', async (t) => {
  const { shop, other } = opened(t)
  other.exec('ALTER TABLE purchase RENAME TO gone')
  const scope = { rows: allRows, signal: new AbortController().signal, deadlineAt: Infinity }
  await assert.rejects(
    shop.limitedTo(scope).selectFrom('purchase').select('customerNo').execute(),
    { code: 'SOURCE_UNAVAILABLE' },
  )
  await setImmediate()
  other.exec('ALTER TABLE gone RENAME TO purchase')
})

it('a file may be closed in the middle of a turn', async (t) => {
  const { other, customers, close } = opened(t)
  await customers()
  close()
  other.exec("UPDATE purchase SET customerNo = 'B'")
  await setImmediate()
})
