/** The command line as a program: arguments in, output and exit code out. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export const repository = join(import.meta.dirname, '../..')

/** Runs `isthmus <args>` with these variables and nothing else of ours in the environment. */
export async function isthmus(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const child = spawn(process.execPath, ['gateway/cli/isthmus.ts', ...args], {
    cwd: repository,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  const [stdout, stderr] = await Promise.all([buffer(child.stdout), buffer(child.stderr)])
  await exited
  // Not by a TextDecoder, which swallows a byte-order mark.
  return { code: child.exitCode, stdout: stdout.toString(), stderr: stderr.toString() }
}
