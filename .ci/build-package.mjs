#!/usr/bin/env node
// Makes `dist/`, which `npm pack` packs (the script "prepack"): our modules as JavaScript with their
// types, and beside them the files that they read. `#shared/…` resolves by the package.json in `dist/`,
// so that nothing is rewritten but the extensions of relative imports. Works in a new folder and renames
// it, so that nobody ever sees half of it.
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  globSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const target = join(root, 'dist')
const fresh = mkdtempSync(join(root, 'dist-'))
try {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.pack.json', '--outDir', fresh], {
    cwd: root,
    stdio: 'inherit',
  })
  const read = globSync(['supergraph.yaml', '{gateway,subgraphs}/**/*.{graphql,yaml,sql}'], {
    cwd: root,
  })
  // esbuild bundles the Playground from its sources where it is first asked for.
  const bundled = globSync(['gateway/pages/{playground,tokens}/*', 'gateway/reports/rows.ts'], {
    cwd: root,
  })
  for (const file of [...read, ...bundled]) cpSync(join(root, file), join(fresh, file))
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const inner = { version, type: 'module', imports: { '#shared/*.ts': './subgraphs/shared/*.js' } }
  writeFileSync(join(fresh, 'package.json'), `${JSON.stringify(inner, null, 2)}\n`)
  rmSync(target, { recursive: true, force: true })
  renameSync(fresh, target)
} finally {
  rmSync(fresh, { recursive: true, force: true })
}
