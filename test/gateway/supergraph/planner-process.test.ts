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

const childrenOf = (pid: number): readonly number[] =>
  spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line !== '')
    .map(Number)

const childrenOfOurs = (): readonly number[] => childrenOf(process.pid)

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
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
    const before = childrenOfOurs()
    const planner = await start(t, { planningMs: 1_000, maxHeapMb: 2_048 })
    const own = () => childrenOfOurs().filter((pid) => !before.includes(pid))
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
    const before = childrenOfOurs()
    const planner = await start(t)
    const [own, ...others] = childrenOfOurs().filter((pid) => !before.includes(pid))
    assert.ok(own !== undefined)
    assert.deepEqual(others, [])
    process.kill(own, 'SIGKILL')
    // Whoever asks before that is noticed is refused, as nobody knows whether his question was the reason.
    const [first] = await Promise.allSettled([planner.plan('{ tree { id } }')])
    assert.ok(first.status === 'fulfilled' || (first.reason as AppError).code === 'PLANNING_FAILED')
    assert.equal((await planner.plan('{ tree { a { id } } }')).kind, 'QueryPlan')
  })

  it('ends with the program that began it, whatever that was doing', async () => {
    const begun = new URL('../../../gateway/supergraph/planner-process.ts', import.meta.url).href
    const program = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `const { startPlannerProcess } = await import(${JSON.stringify(begun)})
        await startPlannerProcess(process.argv[1]).ready
        console.log('ready')
        setInterval(() => {}, 1_000)`,
        treeSdl(),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    await once(program.stdout, 'data')
    const [planner] = childrenOf(program.pid ?? 0)
    assert.ok(planner !== undefined)
    program.kill('SIGKILL')
    for (let waits = 0; waits < 100 && isThere(planner); waits += 1) await setTimeout(50)
    assert.equal(isThere(planner), false)
  })

  it('one that is stopped leaves nobody waiting', async (t) => {
    const planner = await start(t)
    const waiting = assert.rejects(planner.plan(monster), { code: 'CANCELLED' })
    await planner[Symbol.asyncDispose]()
    await waiting
    await assert.rejects(planner.plan('{ tree { id } }'), { code: 'CANCELLED' })
  })
})
