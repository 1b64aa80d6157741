/** PostgreSQL and MariaDB side by side as the sources of one system. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { parse as parseDocument, type ExecutionResult } from 'graphql'
import { openMappableSubgraph } from '#shared/open.ts'
import { parse } from 'yaml'
import { testDatabase, type ServerKind } from '../support/database-servers.ts'
import { fenced } from '../support/fenced.ts'
import { anyone } from '../support/subgraph-fixture.ts'
import { subgraph as erp } from '../../subgraphs/erp/subgraph.ts'
import { severalSuite } from '../subgraphs/shared/sources/several-suite.ts'

const serverOf = (kind: ServerKind) => async () => {
  const database = await testDatabase(kind)
  return {
    kind,
    address: `url: ${database.url}`,
    execute: async (statements: readonly string[]) => {
      await database.owner(...statements)
    },
    drop: async () => {
      await database[Symbol.asyncDispose]()
    },
  }
}

severalSuite('PostgreSQL and MariaDB', [serverOf('postgresql'), serverOf('mysql')])
severalSuite('MariaDB and PostgreSQL', [serverOf('mysql'), serverOf('postgresql')])

describe('the example in docs/sources.md', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/sources.md'), 'utf8')
  const section = /^## Several sources of one system$(.*?)^## /ms.exec(text)?.[1] ?? ''
  const blocks = (language: string) => fenced(section, language)

  it('is answered as it says', async (t) => {
    await using tw = await testDatabase('postgresql')
    await using de = await testDatabase('mysql')
    for (const [database, rows] of [
      [tw, [`(4711, 30, 'E1', '2026-06-01')`, `(4712, 31, 'E1', '2026-06-02')`]],
      [de, [`(4711, 30, 'E7', '2026-06-03')`]],
    ] as const) {
      await database.owner(
        'CREATE TABLE head (no INT PRIMARY KEY, customer INT, seller VARCHAR(20), placed TIMESTAMP)',
        'CREATE TABLE customer (no INT PRIMARY KEY, name VARCHAR(20))',
        `INSERT INTO head VALUES ${rows.join(', ')}`,
        `INSERT INTO customer VALUES (30, 'Thirty'), (31, 'Thirty-one')`,
      )
    }
    const folder = mkdtempSync(join(tmpdir(), 'isthmus-example-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const [config = '', ...sources] = blocks('yaml')
    const named = (parse(config) as { systems: { erp: { mapping: string[] } } }).systems.erp.mapping
    const env = { ERP_TW_URL: tw.url, ERP_DE_URL: de.url }
    const mappings = sources.map((source, at) => {
      const set = join(folder, named[at] ?? '')
      assert.match(source, new RegExp(`^# subgraphs/erp/mappings/${named[at]}/source.yaml`))
      mkdirSync(set)
      writeFileSync(join(set, 'source.yaml'), source)
      const quote = source.includes('mysql') ? '`' : '"'
      const write = (relation: string, columns: string, table: string) =>
        writeFileSync(
          join(set, `${relation}.sql`),
          `SELECT ${columns.replaceAll(/[[\]]/g, quote)} FROM ${table}`,
        )
      write(
        'sales_order',
        'no AS [orderNo], customer AS [erpCustomerNo], seller AS [salespersonNo], placed AS [orderedAt]',
        'head',
      )
      write('customer', 'no AS [erpCustomerNo], name', 'customer')
      return { folder: set, env }
    })
    using subgraph = await openMappableSubgraph(erp, {
      data: folder,
      timeZone: 'UTC',
      fiscalYearStartMonth: 1,
      mappings,
    })
    const [document = ''] = blocks('graphql')
    const answer = await subgraph.execute({
      document: parseDocument(document),
      principal: anyone,
      signal: new AbortController().signal,
    })
    const [expected = ''] = blocks('json')
    const { data, errors } = JSON.parse(JSON.stringify(answer)) as ExecutionResult
    const told = errors?.map(({ message, path, extensions }) => ({ message, path, extensions }))
    assert.deepEqual({ data, errors: told }, JSON.parse(expected))
  })
})
