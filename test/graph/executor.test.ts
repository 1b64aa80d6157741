/**
 * Our executor answers what the gateway asks for the questions of the library as graphql-js does, with
 * no statement more.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { OpenSubgraph } from '#shared/open.ts'
import { readLibrary } from '../../gateway/reports/library.ts'
import { sameAnswers } from '../subgraphs/shared/executor/both.ts'
import { demoData } from '../support/demo-data.ts'
import {
  openSystems,
  recordOperations,
  type RecordedOperation,
} from '../support/recorded-operations.ts'

describe('the executor', () => {
  let systems: ReadonlyMap<string, OpenSubgraph>
  let recorded: readonly RecordedOperation[]
  before(async () => {
    const data = demoData()
    systems = await openSystems(data)
    const questions = readLibrary().map(({ name, operation, variables }) => ({
      name,
      document: operation,
      variables,
    }))
    recorded = await recordOperations(data, systems, questions)
  })
  after(() => {
    for (const system of systems.values()) system[Symbol.dispose]()
  })

  for (const { name } of readLibrary()) {
    it(`answers ${name} as graphql-js does`, async () => {
      const operations = recorded.filter(({ question }) => question === name)
      assert.ok(operations.length > 0)
      for (const { system, document, variables } of operations) {
        const subgraph = systems.get(system)
        assert.ok(subgraph)
        const { ours } = await sameAnswers(subgraph, { document, variables })
        assert.notEqual(ours.result.data, null)
      }
    })
  }
})
