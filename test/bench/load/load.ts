/** The parent's side of the load client: one job at a time. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Load, Seen } from './client.ts'

export type { Load, Seen } from './client.ts'

export interface LoadClient extends AsyncDisposable {
  run(load: Load): Promise<Seen>
}

interface Told {
  readonly seen?: Seen
  readonly error?: string
}

export function startLoadClient(): LoadClient {
  const child = fork(join(import.meta.dirname, 'client.ts'))
  return {
    run: async (load) => {
      child.send(load)
      const [{ seen, error }] = (await once(child, 'message')) as [Told] // what client.ts sends
      if (seen === undefined) throw new Error(error ?? 'the load client said nothing')
      return seen
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null) return
      const gone = once(child, 'exit')
      child.kill()
      await gone
    },
  }
}
