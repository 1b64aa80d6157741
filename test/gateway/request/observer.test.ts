/** Who counts is told; `extensions.sources` says what came together for each system. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  observers,
  silent,
  sourceReports,
  type FetchEvent,
  type Observer,
} from '../../../gateway/request/observer.ts'

const fetchEvent = (
  system: string,
  startedAt: number,
  milliseconds: number,
  failure: string | null = null,
): FetchEvent => ({
  system,
  startedAt,
  milliseconds,
  entities: 0,
  failure,
})

describe('observers', () => {
  const recorder = () => {
    const told: unknown[] = []
    const tell = (event: unknown) => void told.push(event)
    const observer: Observer = { stage: tell, fetch: tell, statement: tell }
    return { observer, told }
  }

  it('that are none cost nothing, and one is asked directly', () => {
    const { observer } = recorder()
    assert.equal(observers(), silent)
    assert.equal(observers(undefined, silent), silent)
    assert.equal(observers(undefined, observer), observer)
  })

  it('that are several are told all', () => {
    const [one, other] = [recorder(), recorder()]
    const all = observers(one.observer, undefined, other.observer)
    const stage = { stage: 'plan', milliseconds: 1, error: null } as const
    const fetched = fetchEvent('crm', 0, 1)
    const statement = { sql: 'SELECT 1' } as unknown as Parameters<Observer['statement']>[0] // passed on
    all.stage(stage)
    all.fetch(fetched)
    all.statement(statement)
    assert.deepEqual(one.told, [stage, fetched, statement])
    assert.deepEqual(other.told, one.told)
  })
})

it('the reports count a system’s fetches, from the first begin to the last end', () => {
  const reports = sourceReports()
  for (const event of [
    fetchEvent('erp', 100, 10),
    fetchEvent('crm', 50, 5.129),
    fetchEvent('erp', 90, 60, 'SOURCE_TIMEOUT'),
    fetchEvent('erp', 120, 5),
  ]) {
    reports.fetch(event)
  }
  assert.deepEqual(reports.reports(), [
    { system: 'erp', milliseconds: 60, fetches: 3, failed: true },
    { system: 'crm', milliseconds: 5.13, fetches: 1, failed: false },
  ])
})
