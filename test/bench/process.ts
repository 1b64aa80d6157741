/**
 * Programs of a benchmark: started with what they print kept for when they fail, waited for until
 * they answer, and stopped in the end. CPU time and memory are read from /proc, over the process and
 * all it started, so that a gateway with helpers is not measured too low.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export const root = join(import.meta.dirname, '../..')

const readyWithinMs = 60_000
const stopWithinMs = 5_000
const keptOutput = 2_000

export interface Program extends AsyncDisposable {
  readonly pid: number
  /** The last of what it printed. */
  output(): string
  /** Its exit code or signal, null while it runs. */
  exit(): number | string | null
}

export type Environment = Readonly<Record<string, string>>

export function startProgram(command: readonly string[], env: Environment = {}): Program {
  const [file = '', ...args] = command
  const child = spawn(file, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  const keep = (chunk: unknown) => {
    printed = (printed + String(chunk)).slice(-keptOutput)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  child.on('error', keep)
  return {
    pid: child.pid ?? 0,
    output: () => printed.trim(),
    exit: () => (child.pid === undefined ? 'not started' : (child.exitCode ?? child.signalCode)),
    [Symbol.asyncDispose]: () => stop(child),
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), stopWithinMs)
  await gone
  clearTimeout(force)
}

/** Waits until a check passes; says what the program printed when it stops or takes too long. */
export async function whenReady(program: Program, isReady: () => Promise<boolean>): Promise<void> {
  for (const giveUpAt = performance.now() + readyWithinMs; performance.now() < giveUpAt;) {
    if (program.exit() !== null) {
      throw new Error(`it stopped (${program.exit()}): ${program.output()}`)
    }
    try {
      if (await isReady()) return
    } catch {
      // not listening yet
    }
    await sleep(50)
  }
  throw new Error(`no answer within ${readyWithinMs / 1_000} s: ${program.output()}`)
}

/** Linux counts CPU time for /proc in hundredths of a second, whatever the kernel's own clock is. */
const tickMs = 10

/** User and system time of a process and those below it, in milliseconds. */
export const cpuMs = (pid: number): number =>
  family(pid).reduce((sum, each) => {
    // The name in field 2 may hold spaces, so fields are counted from behind its bracket.
    const fields = proc(each, 'stat').split(') ').at(-1)?.split(' ') ?? []
    return sum + (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * tickMs
  }, 0)

/**
 * Resident memory of a process and those below it, in megabytes. What those below share unchanged with
 * others is mostly the program itself, which is in memory once and counted with the first.
 */
export const residentMb = (pid: number): number =>
  family(pid).reduce((sum, each, at) => {
    const { Rss = 0, Shared_Clean: shared = 0 } = kilobytesOf(each)
    return sum + (at === 0 ? Rss : Rss - shared) / 1_024
  }, 0)

const kilobytesOf = (pid: number): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...proc(pid, 'smaps_rollup').matchAll(/^(\w+):\s+(\d+) kB$/gm)].map(
      ([, name = '', kilobytes]) => [name, Number(kilobytes)],
    ),
  )

function family(pid: number): readonly number[] {
  const children = threads(pid).flatMap((thread) =>
    proc(pid, `task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  )
  return [pid, ...children.flatMap(family)]
}

function threads(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return [] // it has ended
  }
}

function proc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').trim()
  } catch {
    return '' // it has ended
  }
}
