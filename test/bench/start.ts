/**
 * `npm run bench:start`: from start to first answer, and resident memory, in embedded mode on the
 * small data. Prints the median of several starts and exits 1 when a limit is missed.
 * Uses what programs rely on only: environment, command line, HTTP.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { benchmark } from './options.ts'
import { freePort } from '../support/free-port.ts'

benchmark(
  'bench:start',
  'Time from start to first answer in embedded mode on the small data, and memory then.',
).parse()

const limits = { firstAnswerMs: 3_000, residentMb: 350 }
const starts = 5

const root = join(import.meta.dirname, '../..')
const data = mkdtempSync(join(tmpdir(), 'isthmus-bench-'))
const env = { ...process.env, ISTHMUS_DATA: data }
const cli = (...args: string[]) =>
  execFileSync(process.execPath, ['gateway/cli/isthmus.ts', ...args], {
    cwd: root,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })

const question = readFileSync(
  join(root, 'gateway/reports/library/customer-360/operation.graphql'),
  'utf8',
)

interface Start {
  readonly firstAnswerMs: number
  readonly residentMb: number
}

async function measure(token: string): Promise<Start> {
  const port = await freePort()
  const began = performance.now()
  const child = spawn(process.execPath, ['gateway/main.ts'], {
    cwd: root,
    env: { ...env, PORT: String(port) },
    stdio: 'ignore',
  })
  try {
    await answered(child, port, token)
    const firstAnswerMs = performance.now() - began
    for (let asked = 0; asked < 200; asked += 1) await ask(port, token)
    return { firstAnswerMs, residentMb: residentMb(child) }
  } finally {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
}

async function answered(child: ChildProcess, port: number, token: string): Promise<void> {
  for (const giveUpAt = performance.now() + 30_000; performance.now() < giveUpAt;) {
    if (child.exitCode !== null) throw new Error(`the gateway stopped with ${child.exitCode}`)
    try {
      await ask(port, token)
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10)) // not listening yet
    }
  }
  throw new Error('no answer within 30 s')
}

async function ask(port: number, token: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: question, variables: { crmAccountId: 'A000001' } }),
  })
  const answer: unknown = await response.json()
  const { data: found } = answer as { data?: { customer?: unknown } } // checked on the next line
  if (!found?.customer) throw new Error(`no customer: ${JSON.stringify(answer).slice(0, 500)}`)
}

const residentMb = ({ pid }: ChildProcess): number =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

try {
  cli('seed', '--size', 'small')
  const token = cli('token', 'demo', '--as', 'admin').trim()
  const measured: Start[] = []
  for (let at = 0; at < starts; at += 1) measured.push(await measure(token))
  let missed = false
  for (const [name, unit] of [
    ['firstAnswerMs', 'ms'],
    ['residentMb', 'MB'],
  ] as const) {
    const values = measured.map((start) => start[name])
    const over = median(values) > limits[name]
    missed ||= over
    console.log(
      `${name}: median ${median(values).toFixed(0)} ${unit} (${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)}, ${starts} starts), limit ${limits[name]} ${unit}${over ? '  MISSED' : ''}`,
    )
  }
  process.exitCode = missed ? 1 : 0
} finally {
  rmSync(data, { recursive: true })
}
