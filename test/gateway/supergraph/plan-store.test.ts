/** Plans outlive the process that made them, and nothing else does. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { QueryPlan } from '@apollo/query-planner'
import { createPlanStore } from '../../../gateway/supergraph/plan-store.ts'
import { repository } from '../../support/cli.ts'

const planOf = (operation: string) =>
  ({ kind: 'QueryPlan', node: { kind: 'Fetch', serviceName: 'shop', operation } }) as QueryPlan // enough of one

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'isthmus-plans-'))
  t.after(() => rmSync(path, { recursive: true }))
  return path
}

/** A store as a process opens it, and the operations that it had to plan. */
function open(file: string, generation = 'g1') {
  const planned: string[] = []
  const store = createPlanStore({
    plan: (operation) => {
      planned.push(operation)
      return Promise.resolve(planOf(operation))
    },
    file,
    generation,
  })
  return { ...store, planned }
}

describe('the plan store', () => {
  it('plans nothing twice, in the next process either', async (t) => {
    const file = join(folder(t), 'data', 'plans.json')
    const first = open(file)
    assert.deepEqual(await first.plan('{ a }'), planOf('{ a }'))
    assert.deepEqual(await first.plan('{ a }'), planOf('{ a }'))
    assert.deepEqual(first.planned, ['{ a }'])
    first.save()
    const second = open(file)
    assert.deepEqual(await second.plan('{ a }'), planOf('{ a }'))
    await second.plan('{ b }')
    assert.deepEqual(second.planned, ['{ b }'])
  })

  it('gives each asker a plan of their own', async (t) => {
    const { plan } = open(join(folder(t), 'plans.json'))
    await plan('{ a }')
    assert.notEqual(await plan('{ a }'), await plan('{ a }'))
  })

  it('uses no plan of another supergraph', async (t) => {
    const file = join(folder(t), 'plans.json')
    const before = open(file)
    await before.plan('{ a }')
    before.save()
    const other = open(file, 'g2')
    await other.plan('{ a }')
    assert.deepEqual(other.planned, ['{ a }'])
    other.save()
    const again = open(file)
    await again.plan('{ a }')
    assert.deepEqual(again.planned, ['{ a }'], 'the file holds those of one supergraph')
  })

  it('keeps no refusal', async (t) => {
    const file = join(folder(t), 'plans.json')
    const store = createPlanStore({
      plan: () => Promise.reject(new Error('no plan')),
      file,
      generation: 'g1',
    })
    await assert.rejects(store.plan('{ a }'))
    store.save()
    assert.deepEqual(readdirSync(join(file, '..')), [])
  })

  for (const [name, broken] of [
    ['cut off', (whole: string) => whole.slice(0, -10)],
    ['of another shape', (whole: string) => whole.replace(/"plans":.*/, '"plans":{"{ a }":1}}')],
    ['of other items', (whole: string) => whole.replace(/"plans":.*/, '"plans":[["{ a }",1],7]}')],
    ['null', () => 'null'],
    ['empty', () => ''],
  ] as const) {
    it(`ignores a file that is ${name}, and writes it anew`, async (t) => {
      const file = join(folder(t), 'plans.json')
      const before = open(file)
      await before.plan('{ a }')
      before.save()
      writeFileSync(file, broken(readFileSync(file, 'utf8')))
      const store = open(file)
      await store.plan('{ a }')
      assert.deepEqual(store.planned, ['{ a }'])
      store.save()
      const next = open(file)
      await next.plan('{ a }')
      assert.deepEqual(next.planned, [])
    })
  }

  it('is read by its owner only, as it holds what people ask', async (t) => {
    const path = folder(t)
    const store = open(join(path, 'plans.json'))
    await store.plan('{ a }')
    store.save()
    assert.equal(statSync(join(path, 'plans.json')).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(path), ['plans.json'], 'nothing is left beside it')
  })

  it('does without a file where none can be written', async (t) => {
    const path = folder(t)
    writeFileSync(join(path, 'data'), 'a file, not a folder')
    const store = open(join(path, 'data', 'plans.json'))
    await store.plan('{ a }')
    store.save()
    await store.plan('{ a }')
    assert.deepEqual(store.planned, ['{ a }'])
  })

  it('drops what was used longest ago when it is full', async (t) => {
    const file = join(folder(t), 'plans.json')
    const store = open(file)
    const large = (name: string) => `{ ${name} } #${'x'.repeat(3 * 1024 * 1024)}` // twice in the file
    for (const name of ['a', 'b', 'a', 'c']) await store.plan(large(name))
    store.save()
    const next = open(file)
    for (const name of ['a', 'c', 'b']) await next.plan(large(name))
    assert.deepEqual(
      next.planned.map((each) => each.slice(0, 5)),
      ['{ b }'],
    )
  })

  it('is shared by processes: it stays whole, and each adds to what the others wrote', async (t) => {
    const path = folder(t)
    const file = join(path, 'plans.json')
    const script = `
      import { createPlanStore } from ${JSON.stringify(join(repository, 'gateway/supergraph/plan-store.ts'))}
      const [file, name] = process.argv.slice(1)
      const store = createPlanStore({
        plan: (operation) => Promise.resolve({ kind: 'QueryPlan', operation }), file, generation: 'g1',
      })
      for (let at = 0; at < 15; at += 1) {
        await store.plan('{ ' + name + at + ' } #' + 'x'.repeat(20_000))
        store.save()
      }`
    const children = ['p', 'q', 'r'].map((name) =>
      spawn(process.execPath, ['--input-type=module-typescript', '-e', script, file, name], {
        stdio: 'inherit',
      }),
    )
    const done = Promise.all(children.map((child) => once(child, 'exit')))
    let seen = 0
    while (children.some(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
      await new Promise((resolve) => setImmediate(resolve))
      if (!readdirSync(path).includes('plans.json')) continue
      const { plans } = JSON.parse(readFileSync(file, 'utf8')) as { plans: unknown[] } // whole, always
      seen = Math.max(seen, plans.length)
    }
    assert.deepEqual(
      (await done).map(([code]) => code as unknown),
      [0, 0, 0],
    )
    assert.ok(seen > 15, `${seen} plans: no more than one process made`)
    const { plans } = JSON.parse(readFileSync(file, 'utf8')) as { plans: unknown[] }
    assert.equal(plans.length, 45, 'none of them is lost')
    assert.deepEqual(readdirSync(path), ['plans.json'])
  })
})
