/**
 * `npm run bench [-- --quick]`: requests per second and latency of three questions, Isthmus with the
 * systems in process and over HTTP beside a plain Apollo Gateway over the same systems, in one run.
 * Answers are compared before anything is timed; rounds alternate; medians and ratios are printed.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { isDeepStrictEqual } from 'node:util'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { Pool } from 'undici'
import { seedDemo } from '../../subgraphs/demo/seed.ts'
import { demoSecret, demoToken } from '../../gateway/tokens/demo.ts'
import { reportNamed } from '../../gateway/reports/library.ts'

const quick = process.argv.includes('--quick')
const rounds = quick ? 1 : 3
const requests = quick ? { small: 60, large: 6 } : { small: 600, large: 60 }
const concurrency = 8

const root = join(import.meta.dirname, '../..')
const data = mkdtempSync(join(tmpdir(), 'isthmus-bench-'))
const supergraph = join(root, 'supergraph.yaml')
const children: ChildProcess[] = []

const customer360 = reportNamed('customer-360').operation
const questions = {
  'one system': {
    query: '{ products(first: 20) { nodes { sku name category lifecycle } } }',
    variables: {},
    count: requests.small,
  },
  'four systems': {
    query: customer360,
    variables: { crmAccountId: 'A000001' },
    count: requests.small,
  },
  '1,000 rows': {
    query:
      '{ salesOrders(first: 1000) { nodes { orderNo status net { amount currency } customer { name } salesperson { displayName } } } }',
    variables: {},
    count: requests.large,
  },
} as const
interface Question {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly count: number
}

/** Starts a program and waits for the line that says where it is. */
async function start(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  isReady: RegExp,
): Promise<string> {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  let printed = ''
  for await (const chunk of child.stdout) {
    printed += String(chunk)
    const found = isReady.exec(printed)
    if (found) {
      child.stdout.resume()
      return found[1] ?? ''
    }
  }
  throw new Error(`${args.join(' ')} stopped: ${printed}`)
}

interface Contestant {
  readonly name: string
  readonly pool: Pool
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

const contestant = (
  name: string,
  url: string,
  headers: Readonly<Record<string, string>>,
): Contestant => {
  const { origin, pathname } = new URL(url)
  return { name, pool: new Pool(origin, { connections: concurrency }), path: pathname, headers }
}

async function ask(
  { pool, path, headers }: Contestant,
  { query, variables }: Question,
): Promise<string> {
  const { body } = await pool.request({
    path,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  })
  return body.text()
}

interface Round {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
}

async function measure(who: Contestant, question: Question): Promise<Round> {
  const latencies: number[] = []
  let left = question.count
  const began = performance.now()
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (left > 0) {
        left -= 1
        const asked = performance.now()
        await ask(who, question)
        latencies.push(performance.now() - asked)
      }
    }),
  )
  const seconds = (performance.now() - began) / 1_000
  latencies.sort((a, b) => a - b)
  const at = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? NaN
  return { perSecond: latencies.length / seconds, p50: at(0.5), p99: at(0.99) }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

async function contestants(): Promise<readonly Contestant[]> {
  seedDemo({ data, size: 'small' })
  const secret = demoSecret(data)
  const urls = await start(
    ['test/bench/contestants/systems.ts', supergraph, data, secret],
    {},
    /(\{.*\})/,
  )
  const config = join(data, 'config.yaml')
  const systems = Object.entries(JSON.parse(urls) as Record<string, string>).map(([name, url]) => [
    name,
    { source: 'http', url },
  ]) // what systems.ts printed
  writeFileSync(config, stringify({ systems: Object.fromEntries(systems) }))
  const policy = join(root, 'gateway/policy')
  symlinkSync(policy, join(data, 'policy'))
  const env = { ISTHMUS_DATA: data, PORT: '0', LOG_LEVEL: 'error' }
  const ready = /answers at (\S+)/
  const authorization = `Bearer ${demoToken('admin', secret)}`
  return [
    contestant('isthmus, in process', await start(['gateway/main.ts'], env, ready), {
      authorization,
    }),
    contestant(
      'isthmus, HTTP',
      await start(['gateway/main.ts'], { ...env, ISTHMUS_CONFIG: config }, ready),
      { authorization },
    ),
    contestant(
      'plain Apollo, HTTP',
      await start(
        ['test/bench/contestants/apollo.ts', supergraph, urls, secret],
        { NODE_ENV: 'production', APOLLO_TELEMETRY_DISABLED: '1' },
        /"url":"([^"]+)"/,
      ),
      {},
    ),
  ]
}

try {
  const all = await contestants()
  for (const [name, question] of Object.entries(questions)) {
    const answers: unknown[] = []
    for (const who of all) answers.push(JSON.parse(await ask(who, question)))
    if (!answers.every((answer) => isDeepStrictEqual(answer, answers[0]))) {
      throw new Error(`${name}: the contestants answer differently`)
    }
    const measured = new Map(all.map(({ name: who }) => [who, [] as Round[]]))
    for (const who of all) await measure(who, { ...question, count: Math.ceil(question.count / 5) }) // warm up
    for (let round = 0; round < rounds; round += 1) {
      for (const who of all) measured.get(who.name)?.push(await measure(who, question))
    }
    const [apollo] = (measured.get('plain Apollo, HTTP') ?? [])
      .map(({ perSecond }) => perSecond)
      .toSorted((a, b) => a - b)
      .slice(Math.floor(rounds / 2))
    console.log(`\n${name}`)
    for (const [who, results] of measured) {
      const of = (key: keyof Round) => median(results.map((result) => result[key]))
      console.log(
        `  ${who.padEnd(22)} ${of('perSecond').toFixed(0).padStart(6)} req/s   p50 ${of('p50').toFixed(1)} ms   p99 ${of('p99').toFixed(1)} ms   ${(of('perSecond') / (apollo ?? NaN)).toFixed(2)} × plain Apollo`,
      )
    }
  }
  for (const { pool } of all) await pool.close()
} finally {
  for (const child of children) {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  }
  rmSync(data, { recursive: true, force: true })
}
