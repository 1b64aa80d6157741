#!/usr/bin/env node
// Adds to package-lock.json the optional platform packages that a registry mirror does not serve.
// npm 11 and later refuse a lock file that lacks an optional dependency which some package names
// ("Missing: … from lock file"), even for a platform nobody here uses. Run it after each change of
// dependencies, with the path of the lock file if it is not the root's; plain JavaScript, so that any
// Node runs it.
import { readFileSync, writeFileSync } from 'node:fs'

const path = process.argv[2] ?? new URL('../package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(path, 'utf8'))
const systems = [
  'darwin',
  'linux',
  'win32',
  'freebsd',
  'openbsd',
  'netbsd',
  'sunos',
  'aix',
  'android',
  'openharmony',
]
const processors = [
  'arm64',
  'arm',
  'x64',
  'ia32',
  'ppc64',
  's390x',
  'riscv64',
  'loong64',
  'mips64el',
  'wasm32',
]

let added = 0
for (const [place, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const inside = `${place === '' ? '' : `${place}/`}node_modules/${name}`
    const top = `node_modules/${name}`
    if (lock.packages[inside] !== undefined || lock.packages[top] !== undefined) continue
    const words = name.split(/[-/_]/)
    const os =
      systems.find((each) => words.includes(each)) ?? (words.includes('win') ? 'win32' : undefined)
    const cpu = processors.find((each) => words.includes(each))
    lock.packages[top] = {
      version: version.replace(/^[\^~]/, ''),
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
      ...(os === undefined ? {} : { os: [os] }),
      ...(cpu === undefined ? {} : { cpu: [cpu] }),
    }
    added += 1
  }
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)),
)
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`${added} platform packages added`)
