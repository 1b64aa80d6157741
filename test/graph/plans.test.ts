/**
 * Questions over whole relations find their way by an index: on large data it decides between a
 * tenth of a second and a missed deadline. The plans are those of the embedded database.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { readLibrary } from '../../gateway/reports/library.ts'
import { startGraph, type Graph } from '../support/graph.ts'

const expected: readonly [report: string, database: string, statement: RegExp, step: RegExp][] = [
  [
    'receivables-ageing',
    'finance',
    /"aged"\."bucket"/,
    /invoice USING COVERING INDEX invoice_debtorNo_openAmount/,
  ],
  [
    'pipeline-actual-quota',
    'erp',
    /from "sales_plan" inner join/,
    /sales_order_salespersonNo_orderedOn \(salespersonNo=\? AND orderedOn>\? AND orderedOn<\?\)/,
  ],
]

describe('a question over a whole relation', () => {
  let graph: Graph
  before(async () => {
    graph = await startGraph()
  })
  after(() => graph[Symbol.asyncDispose]())

  for (const [name, database, statement, step] of expected) {
    it(`${name} is answered from an index`, async () => {
      const report = readLibrary().find((each) => each.name === name)
      assert.ok(report)
      const { statements } = await graph.ask(report.operation, { variables: report.variables })
      const sql = statements.find((each) => statement.test(each)) ?? ''
      const unbound = [...sql.matchAll(/\?/g)].map(() => null)
      const plan = graph
        .sql(database, `EXPLAIN QUERY PLAN ${sql}`, ...unbound)
        .map((row) => row['detail'])
      assert.ok(
        plan.some((detail) => step.test(String(detail))),
        plan.join('\n'),
      )
    })
  }
})
