/**
 * Bundles the Playground from the installed packages: `node gateway/pages/bundle.ts <key>`. Runs as a
 * program of its own, so that the gateway answers meanwhile; the new bundle replaces the old one when
 * it is complete, marked with the key that says what it was made from.
 */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { build, type BuildOptions } from 'esbuild'

const require = createRequire(import.meta.url)
const here = import.meta.dirname
const target = join(here, 'build')
const fresh = mkdtempSync(join(here, 'build-'))

const common: BuildOptions = {
  bundle: true,
  minify: true,
  target: 'es2022',
  legalComments: 'none',
  logLevel: 'error',
  define: { 'process.env.NODE_ENV': '"production"' },
  loader: { '.ttf': 'file', '.woff': 'file', '.woff2': 'file' },
}

const workers = {
  'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
  'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
  'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
}

try {
  await build({
    ...common,
    entryPoints: { main: join(here, 'playground/main.tsx') },
    outdir: fresh,
    format: 'esm',
    splitting: true,
    jsx: 'automatic',
    chunkNames: 'chunk-[hash]',
    assetNames: 'asset-[hash]',
  })
  for (const [name, path] of Object.entries(workers)) {
    await build({
      ...common,
      entryPoints: { [name]: require.resolve(path) },
      outdir: fresh,
      format: 'iife',
    })
  }
  writeFileSync(join(fresh, 'key'), process.argv[2] ?? '')
  rmSync(target, { recursive: true, force: true })
  renameSync(fresh, target)
} finally {
  rmSync(fresh, { recursive: true, force: true })
}
