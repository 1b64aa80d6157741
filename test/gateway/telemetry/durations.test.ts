/** What is counted here is read as what prom-client's own histogram would have counted. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AggregatorRegistry, Histogram, Registry } from 'prom-client'
import { Durations } from '../../../gateway/telemetry/durations.ts'

const name = 'taken_seconds'
const help = 'What it took.'
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
/** On the bounds, beside them, below and above all. */
const milliseconds = [0, 0.5, 1, 1.0001, 2.5, 7, 10, 99.5, 100, 2_500, 10_000, 10_001, 1e9]

const both = (labels: readonly [string, string?]) => {
  const [ours, theirs] = [new Registry(), new Registry()]
  const labelNames = labels.filter((each) => each !== undefined)
  return {
    ours,
    theirs,
    durations: new Durations({ name, help, labels }, ours),
    histogram: new Histogram({ name, help, labelNames, buckets, registers: [theirs] }),
  }
}

describe('durations', () => {
  it('with two labels have the series of a histogram', async () => {
    const { ours, theirs, durations, histogram } = both(['system', 'outcome'])
    for (const system of ['crm', 'erp', 'a"b\\c']) {
      for (const outcome of ['ok', 'SOURCE_TIMEOUT']) {
        for (const each of milliseconds) {
          durations.observe(each, system, outcome)
          histogram.observe({ system, outcome }, each / 1_000)
        }
      }
    }
    assert.equal(await ours.metrics(), await theirs.metrics())
  })

  it('with one label too, and are gathered from several processes alike', async () => {
    const { ours, theirs, durations, histogram } = both(['stage'])
    for (const each of milliseconds) {
      durations.observe(each, 'fetch')
      histogram.observe({ stage: 'fetch' }, each / 1_000)
    }
    assert.equal(await ours.metrics(), await theirs.metrics())
    const gathered = async (registry: Registry) => {
      const told = await registry.getMetricsAsJSON()
      return await AggregatorRegistry.aggregate([told, told]).metrics()
    }
    assert.equal(await gathered(ours), await gathered(theirs))
  })
})
