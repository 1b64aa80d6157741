/**
 * A process for a planner. A thread would not do: Node ends a thread that is out of memory only where it
 * grows little by little, and one question can make Apollo's planner ask for hundreds of megabytes at
 * once, which ends the whole process.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** Small rather than quick: what it takes is there beside the gateway all the time. */
const smallHeap = ['--optimize-for-size', '--max-semi-space-size=2']

/** The program sees nothing of our environment, and what it prints when it runs out of memory nobody. */
export function startChild(program: URL, maxHeapMb: number): ChildProcess {
  return fork(program, {
    execArgv: [`--max-old-space-size=${maxHeapMb}`, ...smallHeap],
    // For glibc, which else keeps what is free once for each thread.
    env: { NODE_ENV: 'production', MALLOC_ARENA_MAX: '1' },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
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
