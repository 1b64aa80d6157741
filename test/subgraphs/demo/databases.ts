/** The small demo databases, attached to each other and read by plain SQL. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { identityRelations } from '../../../subgraphs/crm/identity-relations.ts'
import { relations as crm } from '../../../subgraphs/crm/relations.ts'
import { relations as erp } from '../../../subgraphs/erp/relations.ts'
import { relations as finance } from '../../../subgraphs/finance/relations.ts'
import { relations as hr } from '../../../subgraphs/hr/relations.ts'
import { demoData } from '../../support/demo-data.ts'

export const databases = { crm, identity: identityRelations, erp, hr, finance }

export interface DemoDatabases extends Disposable {
  /** The folder, shared by all tests: read it, do not write in it. */
  readonly data: string
  rows(sql: string): readonly Readonly<Record<string, unknown>>[]
  /** The first column of the first row. */
  value(sql: string): unknown
  /** The statement finds no row. */
  none(sql: string): void
  /** The statement finds a row. */
  some(sql: string): void
}

/** In SQL the schemas are named as the databases. */
export function openDemo(): DemoDatabases {
  const data = demoData()
  const all = new DatabaseSync(':memory:')
  for (const name of Object.keys(databases)) {
    all.exec(`ATTACH '${join(data, `${name}.sqlite`)}' AS ${name}`)
  }
  const rows = (sql: string) =>
    all
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }))
  const value = (sql: string): unknown => Object.values(rows(sql)[0] ?? {})[0]
  return {
    data,
    rows,
    value,
    none: (sql) => assert.equal(value(`SELECT count(*) FROM (${sql})`), 0, sql),
    some: (sql) => assert.ok(Number(value(`SELECT count(*) FROM (${sql})`)) > 0, sql),
    [Symbol.dispose]: () => all.close(),
  }
}
