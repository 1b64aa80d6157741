/** Several processes behind one address: started, replaced, reloaded and stopped as one program. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { generationId } from '../../../gateway/supergraph/generation.ts'
import { demoSecret, demoToken } from '../../../gateway/tokens/demo.ts'
import { demoData } from '../../support/demo-data.ts'
import { ask, folder, logged, start, type Program } from '../../support/program.ts'

/** A supergraph of one system whose schema the test decides. */
function supergraphOf(field: string, url = 'http://127.0.0.1:9/'): string {
  const typeDefs = parse(`type Query { ${field}: Int }`)
  const { supergraphSdl, errors } = composeServices([{ name: 'shop', url, typeDefs }])
  assert.deepEqual(errors ?? [], [])
  return supergraphSdl ?? ''
}

interface Serving {
  readonly program: Program
  readonly file: string
}

/** `isthmus serve` over a bare supergraph, which is quick to start. */
function serve(t: TestContext, sdl: string, env: Readonly<Record<string, string>> = {}): Serving {
  const data = folder(t)
  const file = join(data, 'supergraph.graphql')
  writeFileSync(file, sdl)
  const args = ['gateway/cli/isthmus.ts', 'serve', '--supergraph', file, '--no-auth']
  const program = start(
    { ISTHMUS_DATA: data, LOG_LEVEL: 'info', WORKERS: '2', PORT: '0', ...env },
    args,
  )
  t.after(() => killGroup(program))
  return { program, file }
}

/** The processes that a program started in its group, itself included. */
function processesOf({ child }: Program): readonly number[] {
  const all = execFileSync('ps', ['-A', '-o', 'pgid=,pid=,stat='], { encoding: 'utf8' })
  return all.split('\n').flatMap((line) => {
    const [group, pid, state = ''] = line.trim().split(/\s+/)
    return Number(group) === child.pid && !state.startsWith('Z') ? [Number(pid)] : []
  })
}

function killGroup({ child }: Program): void {
  try {
    process.kill(-(child.pid ?? 0), 'SIGKILL')
  } catch {
    // All are gone, as they should be.
  }
}

/** Until nobody of the group is left. */
async function gone(program: Program): Promise<void> {
  while (processesOf(program).length > 0) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** The processes that listened so far, in their order. */
const listened = (program: Program, count: number) =>
  program.seen(({ errors }) => {
    const lines = logged(errors, 'a worker listens')
    return lines.length >= count ? lines : undefined
  })

/** Asks by connections of their own until both workers have answered. */
async function askBoth(program: Program, url: string): Promise<void> {
  for (;;) {
    const headers = { connection: 'close' }
    await (await fetch(`${url}/health/live`, { headers })).text()
    const workers = new Set(logged(program.said.errors, 'request').map(({ worker }) => worker))
    if (workers.size === 2) return
  }
}

describe('several workers', { timeout: 120_000 }, () => {
  it('make the demo data once, say once where they are, and answer as one', async (t) => {
    const data = folder(t)
    const program = start({ ISTHMUS_DATA: data, WORKERS: '2' })
    t.after(() => killGroup(program))
    const url = await program.url
    const token = demoToken('sales', demoSecret(data))
    const answer = await ask(url, token, '{ viewer { subject employee { displayName } } }')
    assert.deepEqual(await answer.json(), {
      data: { viewer: { subject: 'mei.lin', employee: { displayName: 'Mei Lin 林美玲' } } },
    })
    await askBoth(program, url)
    const { output } = program.said
    for (const line of [/Making the demo data/g, /answers at .* with 2 workers/g, /\(sales\)/g]) {
      assert.equal(output.match(line)?.length, 1, String(line))
    }
    program.child.kill('SIGTERM')
    assert.equal(await program.exit(), 0)
    assert.deepEqual(
      readdirSync(data).filter((name) => /new|lock/.test(name)),
      [],
    )
  })

  it('count together: the primary process answers with the metrics of all', async (t) => {
    const config = join(folder(t), 'config.yaml')
    writeFileSync(config, 'telemetry: { metrics: { port: 0 } }')
    const { program } = serve(t, supergraphOf('a'), { ISTHMUS_CONFIG: config })
    const url = await program.url
    const metrics = await program.seen(
      ({ output }) => /^Metrics at (\S+)$/m.exec(output)?.[1] ?? undefined,
    )
    await askBoth(program, url)
    const headers = { 'content-type': 'application/json', connection: 'close' }
    const body = JSON.stringify({ query: '{ __typename }' })
    for (let asked = 0; asked < 20; asked += 1)
      await (await fetch(`${url}/graphql`, { method: 'POST', headers, body })).text()
    const text = await (await fetch(metrics)).text()
    const [, count] =
      /^isthmus_question_duration_seconds_count\{operation="query",outcome="ok"\} (\d+)$/m.exec(
        text,
      ) ?? []
    assert.equal(count, '20')
    program.child.kill('SIGTERM')
    assert.equal(await program.exit(), 0)
  })

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`on ${signal} to all of them the questions in flight are answered, and none is left`, async (t) => {
      const held: (() => void)[] = []
      const system = createServer((_, response) => {
        held.push(() => {
          response.writeHead(200, { 'content-type': 'application/json' })
          response.end('{"data":{"a":1}}')
        })
      }).listen(0, '127.0.0.1')
      await once(system, 'listening')
      t.after(() => system.close())
      const { port } = system.address() as AddressInfo
      const { program } = serve(t, supergraphOf('a', `http://127.0.0.1:${port}/`))
      const url = await program.url
      const answers = Array.from({ length: 4 }, () => ask(url, 'x', '{ a }'))
      while (held.length < 4) await once(system, 'request')
      // As a terminal does on Ctrl-C: every process of the group gets it.
      process.kill(-(program.child.pid ?? 0), signal)
      setTimeout(() => held.forEach((answer) => answer()), 200)
      for (const answer of answers)
        assert.deepEqual(await (await answer).json(), { data: { a: 1 } })
      assert.equal(await program.exit(), 0)
      await gone(program)
      assert.equal(logged(await program.errors, 'a worker listens').length, 2, 'none was replaced')
    })
  }

  it('stopped in the middle of their start leave nothing', async (t) => {
    const { program } = serve(t, supergraphOf('a'))
    while (processesOf(program).length < 3) await new Promise((resolve) => setTimeout(resolve, 5))
    process.kill(-(program.child.pid ?? 0), 'SIGINT')
    await program.exit()
    await gone(program)
    assert.equal(program.said.output, '')
  })

  it('end when their primary process is killed', async (t) => {
    const { program } = serve(t, supergraphOf('a'))
    await program.url
    program.child.kill('SIGKILL')
    await gone(program)
  })

  it('one that is killed is replaced under its number, while the other answers', async (t) => {
    const { program } = serve(t, supergraphOf('a'))
    const url = await program.url
    const [first] = await listened(program, 2)
    process.kill(Number(first?.['pid']), 'SIGKILL')
    assert.equal((await fetch(`${url}/health/ready`)).status, 200)
    const [, , third] = await listened(program, 3)
    assert.equal(third?.['worker'], first?.['worker'])
    assert.notEqual(third?.['pid'], first?.['pid'])
    const [stopped] = logged(program.said.errors, 'a worker stopped; another one takes its place')
    assert.equal(stopped?.['how'], 'SIGKILL')
    assert.equal(program.said.output.match(/answers at/g)?.length, 1)
    program.child.kill('SIGTERM')
    assert.equal(await program.exit(), 0)
  })

  it('that stop again and again before they listen are given up, and the reason is said', async (t) => {
    const data = folder(t)
    const system = join(data, 'shop')
    mkdirSync(system)
    const link =
      'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n'
    writeFileSync(join(system, 'schema.graphql'), `${link}type Query { a: Int }`)
    writeFileSync(join(system, 'subgraph.ts'), 'process.exit(3)')
    const file = join(data, 'supergraph.yaml')
    writeFileSync(
      file,
      'subgraphs: { shop: { routing_url: "http://127.0.0.1:9/", schema: { file: shop/schema.graphql } } }',
    )
    cpSync(demoData(), data, { recursive: true })
    const program = start({ ISTHMUS_DATA: data, ISTHMUS_SUPERGRAPH: file, WORKERS: '2' })
    t.after(() => killGroup(program))
    assert.equal(await program.exit(), 1)
    assert.match(
      await program.errors,
      /^WORKER_FAILED: Worker \d stopped 5 times before it listened, at last with 3\./m,
    )
    await gone(program)
  })

  it('what stops the start of one is said once, and nothing is left', async (t) => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    t.after(() => taken.close())
    const { port } = taken.address() as AddressInfo
    const { program } = serve(t, supergraphOf('a'), { PORT: String(port) })
    assert.equal(await program.exit(), 1)
    const errors = await program.errors
    assert.equal(errors.match(/^ADDRESS_IN_USE: Port \d+ is taken/gm)?.length, 1, errors)
    await gone(program)
  })

  it('all take a new supergraph on SIGHUP; a wrong one changes nothing', async (t) => {
    const { program, file } = serve(t, supergraphOf('a'))
    const url = await program.url
    const reloads = (count: number) =>
      program.seen(({ errors }) => {
        const lines = logged(errors, 'reloaded')
        return lines.length >= count ? lines : undefined
      })
    const next = supergraphOf('b')
    writeFileSync(file, next)
    program.child.kill('SIGHUP')
    const taken = await reloads(2)
    assert.deepEqual(new Set(taken.map(({ worker }) => worker)), new Set([1, 2]))
    assert.deepEqual(
      new Set(taken.map(({ generation }) => generation)),
      new Set([generationId(next)]),
    )

    writeFileSync(file, next.replace('b: Int', 'b: Nothing'))
    program.child.kill('SIGHUP')
    await program.seen(({ errors }) => logged(errors, 'not reloaded: the old supergraph stays')[0])
    // One that takes another's place begins with what the others have, not with what is in the file.
    const [first] = await listened(program, 2)
    process.kill(Number(first?.['pid']), 'SIGKILL')
    await listened(program, 3)
    for (let at = 0; at < 4; at += 1) {
      const schema = await fetch(`${url}/schema.graphql`, { headers: { connection: 'close' } })
      assert.match(await schema.text(), /b: Int/)
    }
  })
})

describe('one worker', () => {
  it('is the process itself', async (t) => {
    const { program } = serve(t, supergraphOf('a'), { WORKERS: '1' })
    await program.url
    const [own, planner, watch, ...others] = processesOf(program)
    assert.equal(own, program.child.pid)
    const commandOf = (pid: number | undefined) =>
      execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })
    assert.match(commandOf(planner), /planner-program/)
    assert.match(commandOf(watch), /planner-watch/)
    assert.deepEqual(others, [])
    assert.doesNotMatch(program.said.output, /workers/)
    program.child.kill('SIGTERM')
    assert.equal(await program.exit(), 0)
  })
})
