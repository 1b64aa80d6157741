/**
 * The bundle of the Playground on disk: which one belongs to these sources and packages, and having it
 * made by a child process when it is missing or outdated. Knows no HTTP and nothing of what is bundled.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../log.ts'
import { moduleExtension } from '../module-extension.ts'

export interface Manifest {
  readonly script: string
  readonly styles: string
  readonly logo: string
}

export interface Built extends Manifest {
  readonly folder: string
  /** The names of all files: nothing else can be asked for. */
  readonly files: ReadonlySet<string>
}

export interface Bundle {
  /** Resolves when it is made or cannot be, with what went wrong. */
  readonly over: Promise<string>
  state(): Built | 'BEING_BUILT' | 'FAILED'
}

const here = import.meta.dirname
export const buildFolder = join(here, 'build')
export const manifestFile = 'manifest.json'
export const addressOf = (file: string): string => `/playground/assets/${file}`

/** What a bundle is made from: its sources and the versions of all packages. */
export function bundleKey(): string {
  const sources = globSync(
    [
      `bundle${moduleExtension}`,
      `bundled${moduleExtension}`,
      'playground/*',
      '../reports/rows.ts',
      '../../package{,-lock}.json', // the package has no lock of its own
    ],
    { cwd: here },
  )
  const hash = createHash('sha256')
  for (const file of sources.toSorted()) {
    hash.update(readFileSync(join(here, file))).update('\0')
  }
  return hash.digest('hex').slice(0, 16)
}

/**
 * The bundle of these sources; made in the background when there is none. `make` resolves with what
 * went wrong, if anything, when it is over.
 */
export function ensureBundle(log: Log, make: () => Promise<string> = makeBundle): Bundle {
  const folder = join(buildFolder, bundleKey())
  let state: ReturnType<Bundle['state']> = readBundle(folder) ?? 'BEING_BUILT'
  const build = async (): Promise<string> => {
    const problem = await make()
    state = readBundle(folder) ?? 'FAILED'
    if (state === 'FAILED') log.error({ problem }, 'the Playground could not be bundled')
    return problem
  }
  const over = state === 'BEING_BUILT' ? build() : Promise.resolve('')
  return { over, state: () => state }
}

/** Makes it in a child process; resolves with what that said when it is over. */
function makeBundle(): Promise<string> {
  const child = spawn(process.execPath, [join(here, `bundle${moduleExtension}`)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  // A gateway that stops does not wait for its page, neither for the child nor for what it says.
  child.unref()
  if ('unref' in child.stderr && typeof child.stderr.unref === 'function') child.stderr.unref()
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4_000)
  })
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', () => resolve(said))
  })
}

function readBundle(folder: string): Built | null {
  try {
    const manifest = parseManifest(readFileSync(join(folder, manifestFile), 'utf8'))
    return { ...manifest, folder, files: new Set(readdirSync(folder)) }
  } catch {
    return null // there is none, or none that is complete
  }
}

function parseManifest(text: string): Manifest {
  const value = JSON.parse(text) as Partial<Record<keyof Manifest, unknown>> // checked below
  const { script, styles, logo } = value
  if (typeof script !== 'string' || typeof styles !== 'string' || typeof logo !== 'string') {
    throw new TypeError('not a manifest')
  }
  return { script, styles, logo }
}
