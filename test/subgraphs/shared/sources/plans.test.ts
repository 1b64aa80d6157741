/** A mapping does not cost the index: how SQLite answers what is put around one. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { it } from 'node:test'
import { page } from '#shared/connection.ts'
import type { RowLimit } from '#shared/principal.ts'
import { allRows } from '#shared/row-rights.ts'
import { rowsBy } from '#shared/rows.ts'
import { mappingSetIn } from '#shared/sources/mapping-set.ts'
import { openSource } from '#shared/sources/open-source.ts'
import { relations, writeMappings } from './mappings.ts'
import { statementsFor } from './tables.ts'

it('keys, codes, row rules and pages of a mapped relation use the indexes of its table', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-plans-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = new DatabaseSync(join(folder, 'company.db'))
  for (const statement of statementsFor('sqlite')) file.exec(statement)
  file.exec('CREATE INDEX by_state ON "Customer-Master" (st)')
  file.exec(
    'CREATE INDEX by_customer ON order_head (cust); CREATE INDEX by_due ON order_head (due, uid)',
  )
  writeMappings(join(folder, 'plain'), 'sqlite', 'file: ../company.db')
  const set = mappingSetIn(join(folder, 'plain'), { relations, env: {} })
  await using source = openSource({ system: 'test', set, timeZone: 'UTC' })
  let plans: string[] = []
  const db = (limit: RowLimit | null = null) =>
    source.limitedTo(
      { name: 'test', relations },
      {
        rows: { ...allRows, limit },
        signal: new AbortController().signal,
        deadlineAt: Infinity,
        onStatement: ({ sql }) => {
          const explained = file.prepare(`EXPLAIN QUERY PLAN ${withoutOurFunctions(sql)}`).all()
          plans.push(explained.map((row) => String(row['detail'])).join('; '))
        },
      },
    )
  const plansOf = async (work: Promise<unknown>) => {
    plans = []
    await work
    return plans.join('\n')
  }
  const byKey = await plansOf(
    rowsBy(db(), 'customer', relations.customer, 'customerNo', ['1', '2']),
  )
  assert.match(byKey, /SEARCH c USING INTEGER PRIMARY KEY/)
  const byCode = await plansOf(rowsBy(db(), 'customer', relations.customer, 'status', ['CLOSED']))
  assert.match(byCode, /SEARCH c USING INDEX by_state/)
  const limit = { rule: 'own_customers', parameters: { customerNo: ['1'] } }
  const orderBy = { column: 'orderNo', direction: 'ASC' } as const
  const own = await plansOf(page(db(limit), 'sales_order', relations.sales_order, { orderBy }))
  assert.match(own, /SEARCH o USING INDEX by_customer/)
  const list = { orderBy: { column: 'dueOn', direction: 'ASC' } as const, first: 1 }
  const first = await page(db(), 'sales_order', relations.sales_order, list)
  const after = first.pageInfo().endCursor
  const next = await plansOf(page(db(), 'sales_order', relations.sales_order, { ...list, after }))
  assert.match(next, /SEARCH o USING INDEX by_due \(\(due,uid\)>/)
  assert.doesNotMatch(next, /TEMP B-TREE/)
  file.close()
})

/** The file is explained past our connection, which alone has them. */
const withoutOurFunctions = (sql: string): string =>
  sql.replaceAll(/isthmus_scaled\(([^,]+), \d+\)/g, '$1').replaceAll('isthmus_instant', '')
