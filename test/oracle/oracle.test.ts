/**
 * 500 random questions of random federated graphs, with seeds that do not change: no answer is wrong.
 * `npm run oracle -- --cases N --seed S` asks others, and makes what it finds small.
 */
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { ExecutionResult } from 'graphql'
import { federated, type Ask } from './federated.ts'
import { foundText, summaryText } from './report.ts'
import { run, sum, type Summary } from './run.ts'

describe('random federated questions', () => {
  let summary: Summary
  before(async () => {
    summary = await run({ cases: 500, seed: 500, shrinkPerKind: 0 })
  })

  it('are answered as one schema with all data answers them', () => {
    assert.equal(sum(summary.wrong), 0, summaryText(summary))
  })

  it('are hardly ever refused', () => {
    assert.ok(sum(summary.refused) <= summary.cases / 20, summaryText(summary))
  })

  it('are questions: nearly every graph composes and has a right answer', () => {
    assert.ok(summary.discardedGraphs <= summary.graphs * 0.3, summaryText(summary))
    assert.ok(summary.discarded <= summary.cases * 0.1, summaryText(summary))
  })

  it('exercise every feature', () => {
    const unused = [...summary.coverage].filter(([, count]) => count < 3)
    assert.deepEqual(unused, [])
  })
})

describe('the oracle', () => {
  it('sees a wrong answer, makes it small and prints all that is needed to see it', async () => {
    const tampered: Ask = async (...asked) => {
      const outcome = await federated(...asked)
      if (!('answer' in outcome)) return outcome
      const text = JSON.stringify(outcome.answer)
      const other = text.replace(/:(\d+)/, (_, number: string) => `:${Number(number) + 1}`)
      return { answer: JSON.parse(other) as ExecutionResult } // it was one before
    }
    const { found } = await run({ cases: 8, seed: 502, shrinkPerKind: 1, ask: tampered })
    const wrong = found.find((each) => each.wrong.fault.kind === 'VALUE')
    assert.ok(wrong)
    assert.equal(wrong.shrunk.questions.length, 1)
    assert.match(foundText(wrong), /--- subgraph [\s\S]*--- operation[\s\S]*--- right answer/)
  })
})
