/**
 * A process for a planner. A thread would not do: Node ends a thread that is out of memory only where it
 * grows little by little, and one question can make Apollo's planner ask for hundreds of megabytes at
 * once, which ends the whole process.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** Megabytes for what is new: planning makes little else, and what it takes stays taken. */
const youngMb = 4

/** The program sees nothing of our environment, and what it prints when it runs out of memory nobody. */
export function startChild(program: URL, maxHeapMb: number): ChildProcess {
  return fork(program, {
    execArgv: [`--max-old-space-size=${maxHeapMb}`, `--max-semi-space-size=${youngMb}`],
    env: { NODE_ENV: 'production' },
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
