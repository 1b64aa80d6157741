/** The planner in its process: a supergraph or a question that is too much for it harms nobody else. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import type { AppError } from '#shared/errors.ts'
import {
  startPlannerProcess,
  type PlannerLimits,
} from '../../../gateway/supergraph/planner-process.ts'

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n'
const fields = ['a', 'b', 'c', 'd']

/** A tree without end. */
function treeSdl(): string {
  const children = fields.map((name) => `${name}: Node`).join(' ')
  const sdl = `${link} type Query { tree: Node } type Node @key(fields: "id") { id: ID! ${children} }`
  const { supergraphSdl } = composeServices([
    { name: 'forest', url: 'http://forest', typeDefs: parse(sdl) },
  ])
  assert.ok(supergraphSdl)
  return supergraphSdl
}

/** Three systems that each know something of an interface. */
function mediaSdl(): string {
  const imports = '["@key", "@external", "@requires", "@interfaceObject"]'
  const all = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ${imports})\n`
  const types = ['Book', 'Film', 'Song']
    .map((name) => `type ${name} implements Media @key(fields: "id") { id: ID! status: Int }`)
    .join(' ')
  const media = 'type Media @key(fields: "id") @interfaceObject'
  const { supergraphSdl } = composeServices(
    Object.entries({
      catalogue: `type Query { media: [Media] } ${media} { id: ID! label: String }`,
      stock: `interface Media @key(fields: "id") { id: ID! status: Int } ${types}`,
      reviews: `${media} { id: ID! title: Int status: Int @external score: Int @requires(fields: "status") }`,
    }).map(([name, sdl]) => ({ name, url: `http://${name}`, typeDefs: parse(all + sdl) })),
  )
  assert.ok(supergraphSdl)
  return supergraphSdl
}

/** Found by the oracle: Apollo's planner makes one array of some hundred megabytes for it. */
const bomb = `{ media {
  a: score status __typename b: title c: status d: status e: label score f: label id: label g: id
  ... on Book { h: status title label: score }
} }`

const childrenOf = (pid: number, command: string): readonly number[] =>
  spawnSync('pgrep', ['-P', String(pid), '-f', command], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line !== '')
    .map(Number)

const plannersOf = (pid: number): readonly number[] => childrenOf(pid, 'planner-program')
const plannersOfOurs = (): readonly number[] => plannersOf(process.pid)

/** What has ended and is only not buried yet is not there: that is up to the machine's first process. */
function isThere(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return /^[^Z]/.test(stdout.trim())
}

async function gone(pids: readonly number[], withinMs: number): Promise<void> {
  const until = performance.now() + withinMs
  while (pids.some(isThere) && performance.now() < until) await setTimeout(20)
  assert.deepEqual(pids.filter(isThere), [])
}

const below = (depth: number): string =>
  depth === 0 ? '{ id }' : `{ ${fields.map((name) => `${name} ${below(depth - 1)}`).join(' ')} }`

/** 400,000 fields, which take the planner many seconds on any machine, and some hundred megabytes. */
const monster = `{ ${Array.from({ length: 80 }, (_, at) => `t${at}: tree ${below(6)}`).join(' ')} }`

async function start(t: TestContext, limits?: PlannerLimits) {
  const planner = startPlannerProcess(treeSdl(), limits)
  t.after(() => planner[Symbol.asyncDispose]())
  await planner.ready
  return planner
}

/** Another program that begins a planner, asks it, and prints a line when it is at the question. */
function begin(t: TestContext, question: string | null) {
  const begun = new URL('../../../gateway/supergraph/planner-process.ts', import.meta.url).href
  const program = spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `const { startPlannerProcess } = await import(${JSON.stringify(begun)})
      const [sdl, question] = JSON.parse(await new Response(process.stdin).text())
      const planner = startPlannerProcess(sdl, { planningMs: 60_000, maxHeapMb: 2_048 })
      await planner.ready
      if (question !== null) void planner.plan(question)
      setTimeout(() => console.log('begun'), 200)
      setInterval(() => {}, 1_000)`,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  t.after(() => program.kill('SIGKILL'))
  program.stdin.end(JSON.stringify([treeSdl(), question]))
  return program
}

/** For each question that a plan was made, or what it was refused with. */
const kindsOf = (plans: readonly PromiseSettledResult<{ kind: string }>[]) =>
  plans.map((each) => {
    if (each.status === 'fulfilled') return each.value.kind
    const { code, message } = each.reason as AppError // the planner rejects with nothing else
    return `${code}: ${message}`
  })

const tooMuch = 'PLANNING_FAILED: The question takes too much to plan: ask for less at once.'

describe('the planner process', () => {
  for (const [name, sdl] of [
    ['is no GraphQL', 'type Query {'],
    ['is no supergraph', 'type Query { a: Int }'],
  ] as const) {
    it(`a supergraph that ${name} is refused, and every question of it`, async (t) => {
      const planner = startPlannerProcess(sdl)
      t.after(() => planner[Symbol.asyncDispose]())
      const early = assert.rejects(planner.plan('{ a }'), { code: 'SUPERGRAPH_INVALID' })
      await assert.rejects(planner.ready, { code: 'SUPERGRAPH_INVALID' })
      await early
      await assert.rejects(planner.plan('{ a }'), { code: 'SUPERGRAPH_INVALID' })
    })
  }

  it('a question that cannot be planned is refused alone', async (t) => {
    const planner = await start(t)
    const plans = await Promise.allSettled(
      ['{ tree { id } }', '{ nothing }', '{ tree { a { id } } }'].map(planner.plan),
    )
    const [, refused] = kindsOf(plans)
    assert.match(refused ?? '', /^PLANNING_FAILED: No plan could be made/)
    assert.deepEqual(kindsOf(plans), ['QueryPlan', refused, 'QueryPlan'])
  })

  it('a question that takes too long is refused; those behind it are planned', async (t) => {
    const planner = await start(t, { planningMs: 1_000, maxHeapMb: 2_048 })
    const plans = await Promise.allSettled(
      ['{ tree { id } }', monster, '{ tree { a { id } } }', '{ tree { b { id } } }'].map(
        planner.plan,
      ),
    )
    assert.deepEqual(kindsOf(plans), ['QueryPlan', tooMuch, 'QueryPlan', 'QueryPlan'])
  })

  it('a question that takes too long is refused in time, however many come after it', async (t) => {
    const planner = await start(t, { planningMs: 1_000, maxHeapMb: 2_048 })
    const startedAt = performance.now()
    const refused = assert.rejects(planner.plan(monster), { code: 'PLANNING_FAILED' })
    const others: Promise<unknown>[] = []
    const coming = setInterval(() => others.push(planner.plan('{ tree { id } }')), 200)
    t.after(() => clearInterval(coming))
    await refused
    assert.ok(performance.now() - startedAt < 2_500)
    clearInterval(coming)
    await Promise.all(others)
  })

  it('a question that was given up takes along only those that ask the same', async (t) => {
    const planner = await start(t, { planningMs: 1_000, maxHeapMb: 2_048 })
    const settled: string[] = []
    await Promise.all(
      [monster, '{ tree { id } }', monster].map((operation) =>
        planner.plan(operation).then(
          ({ kind }) => settled.push(kind),
          ({ code }: AppError) => settled.push(code), // the planner rejects with nothing else
        ),
      ),
    )
    assert.deepEqual(settled, ['PLANNING_FAILED', 'PLANNING_FAILED', 'QueryPlan'])
  })

  it('a question that was given up is refused at once when it is asked again', async (t) => {
    const before = plannersOfOurs()
    const planner = await start(t, { planningMs: 1_000, maxHeapMb: 2_048 })
    const own = () => plannersOfOurs().filter((pid) => !before.includes(pid))
    const refusals = [await Promise.allSettled([planner.plan(monster)])]
    assert.equal((await planner.plan('{ tree { id } }')).kind, 'QueryPlan')
    const planning = own()
    const startedAt = performance.now()
    refusals.push(await Promise.allSettled([planner.plan(monster)]))
    assert.ok(performance.now() - startedAt < 500)
    assert.deepEqual(refusals.map(kindsOf), [[tooMuch], [tooMuch]])
    assert.equal((await planner.plan('{ tree { a { id } } }')).kind, 'QueryPlan')
    assert.deepEqual(own(), planning, 'the planner was begun again')
  })

  it('a question that takes the planner down is refused; those behind it are planned', async (t) => {
    const planner = await start(t, { planningMs: 60_000, maxHeapMb: 64 })
    const plans = await Promise.allSettled([monster, '{ tree { a { id } } }'].map(planner.plan))
    assert.deepEqual(kindsOf(plans), [tooMuch, 'QueryPlan'])
    assert.equal((await planner.plan('{ tree { c { id } } }')).kind, 'QueryPlan')
  })

  it('a question for which it wants more memory at once than there is takes nobody else down', async (t) => {
    const planner = startPlannerProcess(mediaSdl())
    t.after(() => planner[Symbol.asyncDispose]())
    const plans = await Promise.allSettled([bomb, '{ media { score } }'].map(planner.plan))
    assert.deepEqual(kindsOf(plans), [tooMuch, 'QueryPlan'])
  })

  it('one that is killed is begun again', async (t) => {
    const before = plannersOfOurs()
    const planner = await start(t)
    const [own, ...others] = plannersOfOurs().filter((pid) => !before.includes(pid))
    assert.ok(own !== undefined)
    assert.deepEqual(others, [])
    process.kill(own, 'SIGKILL')
    // Whoever asks before that is noticed is refused, as nobody knows whether his question was the reason.
    const [first] = await Promise.allSettled([planner.plan('{ tree { id } }')])
    assert.ok(first.status === 'fulfilled' || (first.reason as AppError).code === 'PLANNING_FAILED')
    assert.equal((await planner.plan('{ tree { a { id } } }')).kind, 'QueryPlan')
  })

  for (const [when, question] of [
    ['it waits', null],
    ['it is at a question', monster],
  ] as const) {
    it(`ends with the program that began it, while ${when}, and leaves nothing`, async (t) => {
      const program = begin(t, question)
      await once(program.stdout, 'data')
      const [planner] = plannersOf(program.pid ?? 0)
      const [watch] = childrenOf(program.pid ?? 0, 'planner-watch')
      assert.ok(planner !== undefined && watch !== undefined)
      program.kill('SIGKILL')
      await gone([planner, watch], 1_000)
    })
  }

  it('leaves nothing when it ends before the program that began it', async (t) => {
    const before = childrenOf(process.pid, 'planner-watch')
    const planner = await start(t)
    const watches = childrenOf(process.pid, 'planner-watch').filter((pid) => !before.includes(pid))
    assert.equal(watches.length, 1)
    await planner[Symbol.asyncDispose]()
    await gone(watches, 1_000)
  })

  it('one that is stopped leaves nobody waiting', async (t) => {
    const planner = await start(t)
    const waiting = assert.rejects(planner.plan(monster), { code: 'CANCELLED' })
    await planner[Symbol.asyncDispose]()
    await waiting
    await assert.rejects(planner.plan('{ tree { id } }'), { code: 'CANCELLED' })
  })
})
