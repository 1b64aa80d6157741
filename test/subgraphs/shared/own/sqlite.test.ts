/** A database of Isthmus's own: made when it is missing, added to when it is older, never emptied. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { DatabaseSync } from 'node:sqlite'
import { openEmbedded } from '#shared/embedded.ts'
import { AppError } from '#shared/errors.ts'
import { bringUpToDate, openOwn } from '#shared/own/sqlite.ts'
import { defineRelations, id, nullable, text } from '#shared/relations.ts'
import { layoutOf } from '#shared/tables.ts'

const first = defineRelations({
  note: { description: 'Notes.', columns: { noteNo: id(), words: text() }, key: ['noteNo'] },
})
const second = defineRelations({
  note: {
    description: 'Notes.',
    columns: { noteNo: id(), words: text(), author: nullable(text()) },
    key: ['noteNo'],
    indexes: [['author']],
  },
  tag: { description: 'Tags.', columns: { tag: id() }, key: ['tag'] },
})
const strange = defineRelations({
  note: { description: 'Notes.', columns: { noteNo: id(), title: text() }, key: ['noteNo'] },
})

describe('a database of our own', () => {
  const data = mkdtempSync(join(tmpdir(), 'isthmus-own-'))
  after(() => rmSync(data, { recursive: true }))
  const file = join(data, 'own.sqlite')

  it('is made when it is first opened, and nothing else is left beside it', () => {
    openEmbedded('own', file, { relations: first, own: 'notes' })[Symbol.dispose]()
    assert.deepEqual(
      readdirSync(data).filter((name) => !/-(wal|shm)$/.test(name)),
      ['own.sqlite'],
    )
    const database = openOwn(file, { relations: first })
    database.exec(`INSERT INTO note (noteNo, words) VALUES ('1', 'kept')`)
    database.close()
  })

  it('gets the tables, columns and indexes that it lacks, and keeps its rows', () => {
    bringUpToDate(file, { relations: second })
    bringUpToDate(file, { relations: second })
    using database = new DatabaseSync(file)
    const rows = database.prepare('SELECT * FROM note').all()
    assert.deepEqual({ ...rows[0] }, { noteNo: '1', words: 'kept', author: null })
    assert.deepEqual(database.prepare('SELECT * FROM tag').all(), [])
    const found = database.prepare(
      `SELECT count(*) AS n FROM sqlite_master WHERE name = 'note_author'`,
    )
    assert.equal(found.get()?.['n'], 1)
    const layout = database.prepare(`SELECT value FROM isthmus_meta WHERE key = 'layout'`).get()
    assert.equal(layout?.['value'], layoutOf(second))
  })

  it('of another version is refused, and stays as it is', () => {
    const isOutdated = (error: unknown) =>
      error instanceof AppError &&
      error.code === 'DATABASE_OUTDATED' &&
      /"note" has the columns/.test(error.message)
    assert.throws(() => bringUpToDate(file, { relations: strange }), isOutdated)
    using database = new DatabaseSync(file)
    assert.equal(database.prepare('SELECT words FROM note').get()?.['words'], 'kept')
  })

  it('that is no database is told', () => {
    const other = join(data, 'other.sqlite')
    writeFileSync(other, 'this is no database, whatever its name says'.repeat(50))
    assert.throws(
      () => bringUpToDate(other, { relations: first }),
      (error) => error instanceof AppError && error.code === 'DATABASE_INVALID',
    )
  })

  it('that is no database keeps why, for the log', () => {
    assert.throws(
      () => openOwn(join(data, 'other.sqlite'), { relations: first }),
      (error) => error instanceof AppError && /not a database/.test(String(error.cause)),
    )
  })

  it('is made with the folder that it is to be in', () => {
    const inside = join(data, 'a', 'folder', 'own.sqlite')
    openOwn(inside, { relations: first }).close()
    using database = new DatabaseSync(inside, { readOnly: true })
    assert.equal(database.prepare('SELECT count(*) AS n FROM note').get()?.['n'], 0)
  })

  it('waits for another process that has just made it and writes already', async () => {
    const fresh = join(data, 'fresh.sqlite')
    openOwn(fresh, { relations: first }).close()
    const child = spawn(process.execPath, [
      '-e',
      `const database = new (require('node:sqlite').DatabaseSync)(${JSON.stringify(fresh)})
       database.exec('PRAGMA journal_mode = DELETE; BEGIN IMMEDIATE')
       process.stdout.write('locked')
       setTimeout(() => { database.exec('COMMIT'); database.close() }, 300)`,
    ])
    const exited = once(child, 'exit')
    await once(child.stdout, 'data')
    const database = openOwn(fresh, { relations: first })
    assert.equal(database.prepare('PRAGMA journal_mode').get()?.['journal_mode'], 'wal')
    database.close()
    await exited
  })

  it('is read while it is written', () => {
    using reader = new DatabaseSync(file, { readOnly: true })
    const writer = openOwn(file, { relations: second })
    writer.exec(`BEGIN IMMEDIATE; INSERT INTO tag (tag) VALUES ('new')`)
    assert.equal(reader.prepare('SELECT count(*) AS n FROM tag').get()?.['n'], 0)
    writer.exec('COMMIT')
    assert.equal(reader.prepare('SELECT count(*) AS n FROM tag').get()?.['n'], 1)
    writer.close()
  })
})
