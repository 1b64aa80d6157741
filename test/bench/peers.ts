/** The other gateways, installed from the lock file beside this one when one of them is missing. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = import.meta.dirname

interface Package {
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, string>>
}

/** The contestants that are these. */
export const peers: readonly string[] = ['hive-js', 'hive-rust', 'grafbase']

export function installPeers(): void {
  const { dependencies = {} } = read(folder)
  const isThere = Object.entries(dependencies).every(
    ([name, version]) => read(join(folder, 'node_modules', name)).version === version,
  )
  if (isThere) return
  console.log('Installing the other gateways into test/bench/node_modules …')
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}

function read(of: string): Package {
  const file = join(of, 'package.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Package) : {}
}
