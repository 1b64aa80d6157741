/**
 * A process for a planner. A thread would not do: Node ends a thread that is out of memory only where it
 * grows little by little, and one question can make Apollo's planner ask for hundreds of megabytes at
 * once, which ends the whole process.
 */
import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'

/** Small rather than quick: what it takes is there beside the gateway all the time. */
const smallHeap = ['--optimize-for-size', '--max-semi-space-size=2']

/** The program sees nothing of our environment, and what it prints when it runs out of memory nobody. */
export function startChild(program: URL, maxHeapMb: number): ChildProcess {
  const child = fork(program, {
    execArgv: [`--max-old-space-size=${maxHeapMb}`, ...smallHeap],
    // For glibc, which else keeps what is free once for each thread.
    env: { NODE_ENV: 'production', MALLOC_ARENA_MAX: '1' },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  endWithUs(child)
  return child
}

/** Reads what only ends when we do, and then ends the process that is named. */
const watching = `trap '' HUP INT TERM; read -r _; kill -9 "$1"`

/**
 * A planner that is at a question hears nothing, also not that we were killed. A shell beside it does,
 * for 1.7 MB, most of which all shells share; a thread in the planner would take 10 MB of its own. Where
 * there is no shell the planner ends once it is done with the question.
 */
function endWithUs(child: ChildProcess): void {
  if (child.pid === undefined) return // it could not be begun
  const watcher = spawn('/bin/sh', ['-c', watching, 'planner-watch', String(child.pid)], {
    env: {},
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watcher.on('error', () => undefined)
  watcher.unref()
  const held = watcher.stdin as Socket // as all pipes to processes are
  held.unref()
  // Before another process can have its number.
  child.once('exit', () => watcher.kill('SIGKILL'))
}

/** Whether our process goes on for it. */
export function holdOpen(child: ChildProcess, isNeeded: boolean): void {
  if (isNeeded) {
    child.ref()
    child.channel?.ref()
  } else {
    child.unref()
    child.channel?.unref()
  }
}

/** Whatever it is at. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.ref()
  child.kill('SIGKILL')
  await gone
}
