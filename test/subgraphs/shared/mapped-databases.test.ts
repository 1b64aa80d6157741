/** A system with mappings of which one database stays an embedded file. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { it } from 'node:test'
import { createEmbedded } from '#shared/embedded.ts'
import { mappedDatabases } from '#shared/mapped-databases.ts'
import { defineRelations, id, text } from '#shared/relations.ts'
import { allRows } from '#shared/row-rights.ts'

const own = defineRelations({
  note: { description: 'A note.', columns: { id: id(), text: text() }, key: ['id'] },
})
const theirs = defineRelations({
  customer: { description: 'A customer.', columns: { no: id(), name: text() }, key: ['no'] },
})

it('a damaged file fails what reads it, and is tried again after a second, not by each request', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-kept-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const erp = new DatabaseSync(join(folder, 'company.db'))
  erp.exec(`CREATE TABLE kunde (nr INTEGER, name TEXT); INSERT INTO kunde VALUES (7, 'Seven')`)
  erp.close()
  mkdirSync(join(folder, 'set'))
  writeFileSync(join(folder, 'set/source.yaml'), 'kind: sqlite\nfile: ../company.db\n')
  writeFileSync(join(folder, 'set/customer.sql'), 'SELECT nr AS no, name FROM kunde')
  const path = join(folder, 'notes.sqlite')
  writeFileSync(path, 'no database '.repeat(100))
  let later = 0
  const now = performance.now.bind(performance)
  t.mock.method(performance, 'now', () => now() + later)

  using databases = mappedDatabases(
    { name: 'erp', databases: { erp: { relations: theirs }, notes: { relations: own } } },
    {
      data: folder,
      timeZone: 'UTC',
      fiscalYearStartMonth: 1,
      mappings: [{ folder: join(folder, 'set'), env: {} }],
    },
  )
  const read = async (name: string, relation: string, column: string) => {
    const scope = { rows: allRows, signal: new AbortController().signal, deadlineAt: Infinity }
    const db = databases.open().databases[name]?.limitedTo(scope, null)
    return await db?.selectFrom(relation).select(column).execute()
  }
  const notes = () => read('notes', 'note', 'text')
  await assert.rejects(notes(), { code: 'DATABASE_INVALID' })
  rmSync(path)
  createEmbedded(path, { relations: own }, { asOf: '2026-06-30' }).close()
  await assert.rejects(notes(), { code: 'DATABASE_INVALID' }, 'not opened by the next request')
  assert.deepEqual(await read('erp', 'customer', 'name'), [{ name: 'Seven' }])
  later += 1_500
  assert.deepEqual(await notes(), [])
})
