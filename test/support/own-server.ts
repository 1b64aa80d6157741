/**
 * A database server that a test may stop and start: a process of its own, with its data in a temporary
 * folder, on a port of loopback that nobody else has. Nothing of other servers is touched.
 */
import assert from 'node:assert/strict'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  accessSync,
  chownSync,
  constants,
  globSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { adminOf, type ServerKind } from './database-servers.ts'
import { freePort } from './free-port.ts'

export interface OwnServer extends AsyncDisposable {
  readonly port: number
  /** Runs statements as the superuser, over a connection of their own; rows of the last one. */
  run(database: string, ...statements: readonly string[]): Promise<readonly (readonly unknown[])[]>
  /** As an operator stops it: statements that run are ended. */
  stop(): Promise<void>
  /** Answers when the server answers. */
  start(): Promise<void>
}

export interface OwnServerOptions {
  /** Written into its folder of data before it starts, for its account alone: text by name. */
  readonly files?: Readonly<Record<string, string>>
}

interface Programs {
  /** The superuser's own database. */
  readonly home: string
  readonly user: string
  /** Debian's package with the programs. */
  readonly from: string
  /** Makes an empty server in the folder: program and arguments. */
  readonly install: (folder: string) => readonly [string, readonly string[]]
  readonly serve: (folder: string, port: number) => readonly [string, readonly string[]]
  /** The signal that ends statements and leaves the data in order. */
  readonly stopBy: NodeJS.Signals
  /** Where its programs are, besides the PATH. */
  readonly folders: readonly string[]
}

const programs: Readonly<Record<ServerKind, Programs>> = {
  postgresql: {
    home: 'postgres',
    user: 'postgres',
    from: 'postgresql',
    install: (folder) => [
      'initdb',
      ['--pgdata', join(folder, 'data'), '--username', 'postgres', '--auth', 'trust', '--no-sync'],
    ],
    serve: (folder, port) => [
      'postgres',
      ['-D', join(folder, 'data'), '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-F'],
    ],
    stopBy: 'SIGINT',
    folders: globSync('/usr/lib/postgresql/*/bin').toSorted().toReversed(),
  },
  mysql: {
    home: 'mysql',
    user: 'mysql',
    from: 'mariadb-server',
    install: (folder) => [
      'mariadb-install-db',
      [
        '--no-defaults',
        `--datadir=${join(folder, 'data')}`,
        '--auth-root-authentication-method=normal',
        '--skip-test-db',
      ],
    ],
    serve: (folder, port) => [
      'mariadbd',
      [
        '--no-defaults',
        `--datadir=${join(folder, 'data')}`,
        `--port=${port}`,
        '--bind-address=127.0.0.1',
        `--socket=${join(folder, 'socket')}`,
        `--pid-file=${join(folder, 'pid')}`,
      ],
    ],
    stopBy: 'SIGTERM',
    folders: ['/usr/sbin', '/usr/bin'],
  },
}

const withinMs = 60_000

export async function ownServer(
  kind: ServerKind,
  { files = {} }: OwnServerOptions = {},
): Promise<OwnServer> {
  const { home, user, install, serve, stopBy } = programs[kind]
  const folder = mkdtempSync(join(tmpdir(), `isthmus-own-${kind}-`))
  const port = await freePort()
  const [[installer, options], [server, more]] = [install(folder), serve(folder, port)]
  const as = identityOf(user)
  try {
    if (as !== null) chownSync(folder, as.uid, as.gid)
    execFileSync(programNamed(installer, kind), options, { cwd: folder, stdio: 'pipe', ...as })
    for (const [name, text] of Object.entries(files)) {
      const file = join(folder, 'data', name)
      writeFileSync(file, text, { mode: 0o600 })
      if (as !== null) chownSync(file, as.uid, as.gid)
    }
  } catch (error) {
    rmSync(folder, { recursive: true })
    throw error
  }
  const url = (database: string) =>
    kind === 'postgresql'
      ? `postgresql://postgres@127.0.0.1:${port}/${database}`
      : `mysql://root@127.0.0.1:${port}/${database}`
  let child: ChildProcess | null = null
  // Should the test itself be ended, the server ends with it.
  const end = () => child?.kill('SIGKILL')
  process.on('exit', end)

  const run = async (database: string, ...statements: readonly string[]) => {
    const admin = await adminOf(kind, url(database))
    const rows = await admin.run(...statements)
    await admin.end()
    return rows
  }
  const stop = async () => {
    if (child === null || child.exitCode !== null) return
    const exited = once(child, 'exit')
    child.kill(stopBy)
    await exited
    child = null
  }
  const start = async () => {
    child = spawn(programNamed(server, kind), more, { cwd: folder, stdio: 'ignore', ...as })
    for (const giveUpAt = performance.now() + withinMs; performance.now() < giveUpAt;) {
      assert.equal(child.exitCode, null, `${server} stopped by itself`)
      try {
        await run(home, 'SELECT 1')
        return
      } catch {
        await delay(50) // not yet
      }
    }
    assert.fail(`${server} does not answer`)
  }
  await start()
  return {
    port,
    run,
    stop,
    start,
    async [Symbol.asyncDispose]() {
      await stop()
      process.off('exit', end)
      rmSync(folder, { recursive: true })
    },
  }
}

/** Who runs the server: it refuses root. Null where the test is no root itself. */
function identityOf(user: string): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null
  const id = (what: string) => Number(execFileSync('id', [what, user], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

function programNamed(name: string, kind: ServerKind): string {
  const { folders, from } = programs[kind]
  const places = [...(process.env['PATH'] ?? '').split(delimiter), ...folders]
  const found = places.map((place) => join(place, name)).find(isExecutable)
  assert.ok(
    found,
    `The program ${name} is in none of ${places.join(', ')}: install it (Debian's package ${from}).`,
  )
  return found
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
