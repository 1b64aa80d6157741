/** The gateway as a program of its own, on a free port, for tests. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { repository } from './cli.ts'

/** A folder that is gone after the test. */
export function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'isthmus-program-'))
  t.after(() => rmSync(path, { recursive: true }))
  return path
}

export type Program = ReturnType<typeof start>

/** Starts it in a process group of its own, so that all its processes can be told at once. */
export function start(env: Readonly<Record<string, string>>, args = ['gateway/main.ts']) {
  const child = spawn(process.execPath, args, {
    cwd: repository,
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const changed = new EventTarget()
  const said = { output: '', errors: '' }
  for (const [stream, name] of [
    [child.stdout, 'output'],
    [child.stderr, 'errors'],
  ] as const) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      said[name] += chunk
      changed.dispatchEvent(new Event('change'))
    })
  }
  const closed = once(child, 'close')
  void closed.then(() => changed.dispatchEvent(new Event('change')))

  /** What `find` answers as soon as it is something; fails when the program ends before. */
  async function seen<Found>(find: (now: typeof said) => Found | undefined): Promise<Found> {
    for (;;) {
      const found = find(said)
      if (found !== undefined) return found
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`stopped with ${child.exitCode} before that was seen: ${said.errors}`)
      }
      await once(changed, 'change')
    }
  }
  const url = seen(({ output }) => /answers at (http:\S+)\/graphql/.exec(output)?.[1])
  url.catch(() => undefined) // some are meant to stop
  return {
    child,
    said,
    seen,
    url,
    errors: closed.then(() => said.errors),
    exit: async (): Promise<number | null> => {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      return child.exitCode
    },
  }
}

/** The lines of its log with this message. */
export const logged = (errors: string, message: string): readonly Record<string, unknown>[] =>
  errors.split('\n').flatMap((line) => {
    if (!line.startsWith('{') || !line.endsWith('}')) return []
    const entry = JSON.parse(line) as Record<string, unknown>
    return entry['msg'] === message ? [entry] : []
  })

export const ask = (url: string, token: string, query: string) =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  })
