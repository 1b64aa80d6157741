/** Statements are kept by their shape: no value, no caller and no declared type of another gets in. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompiledQuery, sql } from 'kysely'
import { allRows } from '#shared/row-rights.ts'
import { openEmbedded, type EmbeddedDatabase } from '#shared/embedded.ts'
import type { RowLimit } from '#shared/principal.ts'
import { decimal, integer } from '#shared/relations.ts'
import { typed } from '#shared/result-types.ts'
import { fixed } from '#shared/statement-shape.ts'
import { writeDatabase } from '../../support/subgraph-fixture.ts'
import { declaration, type relations } from './shop/shop.ts'

const rows = {
  purchase: ['A', 'B', 'C', 'D', 'E'].map((customerNo, at) => ({
    orderNo: String(at + 1),
    customerNo,
    orderedOn: `2026-0${at + 1}-05`,
    currency: 'TWD',
    net: `${at + 1}.5`,
    state: 'OPEN',
    urgent: at === 0,
  })),
}

describe('kept statements', () => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-test-'))
  let file: EmbeddedDatabase<typeof relations>
  before(() => {
    writeDatabase(join(folder, 'shop.sqlite'), declaration, rows, '2026-06-30')
    file = openEmbedded('shop', join(folder, 'shop.sqlite'), declaration)
  })
  after(() => {
    file[Symbol.dispose]()
    rmSync(folder, { recursive: true })
  })
  const seenBy = (limit: RowLimit | null, onSql?: (text: string) => void) =>
    file.limitedTo({
      rows: { ...allRows, limit },
      signal: new AbortController().signal,
      deadlineAt: Infinity,
      onStatement: ({ sql: text }) => onSql?.(text),
    })
  const ofCustomers = (...customerNo: string[]): RowLimit => ({
    rule: 'own_customers',
    parameters: { customerNo },
  })
  const ordersSeenBy = async (limit: RowLimit | null, customers: readonly string[]) => {
    const found = await seenBy(limit)
      .selectFrom('purchase')
      .select('orderNo')
      .where('customerNo', 'in', customers)
      .orderBy('orderNo')
      .execute()
    return found.map(({ orderNo }) => orderNo).join('')
  }

  it('the same statement of several callers answers each with their own rows', async () => {
    const all = ['A', 'B', 'C', 'D']
    for (let turn = 0; turn < 2; turn += 1) {
      assert.equal(await ordersSeenBy(null, all), '1234')
      assert.equal(await ordersSeenBy(ofCustomers('A'), all), '1')
      assert.equal(await ordersSeenBy(ofCustomers('B', 'C'), all), '23')
      assert.equal(await ordersSeenBy(ofCustomers('B,C'), all), '')
      assert.equal(await ordersSeenBy(ofCustomers(), all), '')
      assert.equal(await ordersSeenBy({ rule: 'unknown', parameters: {} }, all), '')
    }
  })

  it('lists of any length find what they name, in few texts', async () => {
    const texts = new Set<string>()
    const names = ['A', 'B', 'C', 'D', 'E']
    for (const length of [0, 1, 2, 3, 4, 5, 3, 0]) {
      const found = await seenBy(null, (text) => texts.add(text))
        .selectFrom('purchase')
        .select('customerNo')
        .where('customerNo', 'in', names.slice(0, length))
        .orderBy('customerNo')
        .execute()
      assert.deepEqual(
        found.map(({ customerNo }) => customerNo),
        names.slice(0, length),
      )
    }
    assert.equal(texts.size, 5) // for 0, 1, 2, 4 and 8 values
  })

  it('values are checked at each run, not only at the first', async () => {
    const dearer = (net: string) =>
      seenBy(null).selectFrom('purchase').select('orderNo').where('net', '>', net).execute()
    assert.equal((await dearer('3')).length, 3)
    assert.equal((await dearer('4.5')).length, 1)
    await assert.rejects(dearer('4.5x'), { code: 'BAD_USER_INPUT' })
    assert.equal((await dearer('0')).length, 5)
  })

  it('the same expression with another declared type is another statement', async () => {
    const read = async (scale: number) => {
      const [row] = await seenBy(null)
        .selectFrom('purchase')
        .select(typed(sql`1500`, decimal(18, scale), 'amount'))
        .limit(1)
        .execute()
      return row?.amount
    }
    assert.deepEqual([await read(3), await read(2), await read(3)], ['1.5', '15', '1.5'])
  })

  it('names and immediate values are part of the shape', async () => {
    const read = async (text: string, name: string) => {
      const [row] = await seenBy(null)
        .selectFrom('purchase')
        .select(typed(sql`${sql.lit(text.length)}`, integer(), name))
        .where('orderNo', '=', '1')
        .execute()
      return row
    }
    assert.deepEqual(await read('a', 'x'), { x: 1 })
    assert.deepEqual(await read('ab', 'x'), { x: 2 })
    assert.deepEqual(await read('ab', 'y'), { y: 2 })
  })

  it('a part that is made once brings its values along', async () => {
    const late = fixed(sql<boolean>`${sql.ref('purchase.orderedOn')} > ${'2026-02-28'}`)
    const found = async (limit: RowLimit | null, net: string) => {
      const read = await seenBy(limit)
        .selectFrom('purchase')
        .select('orderNo')
        .where('net', '<', net)
        .where(late)
        .where('currency', '=', 'TWD')
        .orderBy('orderNo')
        .execute()
      return read.map(({ orderNo }) => orderNo).join('')
    }
    assert.equal(await found(null, '5'), '34')
    assert.equal(await found(null, '9'), '345')
    assert.equal(await found(ofCustomers('D'), '9'), '4')
  })

  it('refuses two result columns of one name, and text that no builder made', async () => {
    await assert.rejects(
      seenBy(null).selectFrom('purchase').select(['orderNo', 'customerNo as orderNo']).execute(),
      /one name/,
    )
    await assert.rejects(
      seenBy(null).executeQuery(CompiledQuery.raw('select "words" from "secret_note"')),
      TypeError,
    )
    await assert.rejects(sql`select "words" from "secret_note"`.execute(seenBy(null)), TypeError)
    await assert.rejects(seenBy(null).deleteFrom('purchase').execute(), TypeError)
    await assert.rejects(
      seenBy(null)
        .transaction()
        .execute(() => Promise.resolve()),
      TypeError,
    )
  })
})
