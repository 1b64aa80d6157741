/**
 * Makes the bundle of the pages from the installed packages: `node gateway/pages/bundle.ts`. Runs as a
 * program of its own, so that the gateway answers meanwhile. Works in a new folder and renames it when
 * it is complete, so nobody ever sees half a bundle. Every file name carries the hash of its content.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, extname, join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build, type BuildOptions, type Metafile } from 'esbuild'
import {
  addressOf,
  buildFolder,
  bundleKey,
  manifestFile,
  type Manifest,
  type PageFiles,
} from './bundled.ts'

const here = import.meta.dirname
const require = createRequire(import.meta.url)

const common = {
  absWorkingDir: here, // the names in its report are below it, with forward slashes
  bundle: true,
  minify: true,
  metafile: true,
  target: 'es2022',
  legalComments: 'none',
  logLevel: 'error',
  define: { 'process.env.NODE_ENV': '"production"' },
  loader: { '.ttf': 'file', '.woff': 'file', '.woff2': 'file', '.svg': 'file' },
  entryNames: '[name]-[hash]',
  chunkNames: 'chunk-[hash]',
  assetNames: '[name]-[hash]',
  publicPath: addressOf(''),
} as const satisfies BuildOptions

/** What Monaco calls its workers → where each begins. */
const workers = {
  editor: 'monaco-editor/esm/vs/editor/editor.worker.js',
  json: 'monaco-editor/esm/vs/language/json/json.worker.js',
  graphql: 'monaco-graphql/esm/graphql.worker.js',
}

async function bundle(folder: string): Promise<Manifest> {
  const addresses: Record<string, string> = {}
  for (const [name, path] of Object.entries(workers)) {
    const { metafile } = await build({
      ...common,
      entryPoints: { [name]: require.resolve(path) },
      outdir: folder,
      format: 'iife',
    })
    addresses[name] = addressOf(outputOf(metafile, ({ entryPoint }) => entryPoint !== undefined))
  }
  const main = 'playground/main.tsx'
  const { metafile } = await build({
    ...common,
    entryPoints: { main: `./${main}` },
    outdir: folder,
    format: 'esm',
    splitting: true,
    jsx: 'automatic',
    define: { ...common.define, workerAddresses: JSON.stringify(addresses) },
  })
  const tokens = await build({
    ...common,
    entryPoints: { tokens: './tokens/main.ts' },
    outdir: folder,
    format: 'esm',
  })
  return {
    ...entryOf(metafile, main),
    tokens: entryOf(tokens.metafile, 'tokens/main.ts'),
    logo: outputOf(metafile, (_, file) => extname(file) === '.svg'),
  }
}

function entryOf(metafile: Metafile, entryPoint: string): PageFiles {
  const isEntry = (output: Output) => output.entryPoint === entryPoint
  const styles = Object.values(metafile.outputs).find(isEntry)?.cssBundle
  if (styles === undefined) throw new Error('The bundle has no styles')
  return { script: outputOf(metafile, isEntry), styles: basename(styles) }
}

type Output = Metafile['outputs'][string]

function outputOf({ outputs }: Metafile, is: (output: Output, file: string) => boolean): string {
  const found = Object.entries(outputs).find(([file, output]) => is(output, file))
  if (found === undefined) throw new Error('The bundle is not complete')
  return basename(found[0])
}

/** Beside each file its compressed forms: compressed once, here, and never while somebody waits. */
function compress(folder: string): void {
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }
  for (const file of readdirSync(folder)) {
    if (!['.js', '.css', '.svg'].includes(extname(file))) continue
    const content = readFileSync(join(folder, file))
    writeFileSync(join(folder, `${file}.br`), brotliCompressSync(content, quality))
    writeFileSync(join(folder, `${file}.gz`), gzipSync(content, { level: 9 }))
  }
}

mkdirSync(buildFolder, { recursive: true })
const key = bundleKey()
const target = join(buildFolder, key)
const fresh = mkdtempSync(join(buildFolder, 'new-'))
try {
  const manifest = await bundle(fresh)
  compress(fresh)
  writeFileSync(join(fresh, manifestFile), JSON.stringify(manifest))
  // Another gateway may have been faster; its bundle of this key is the same.
  if (!existsSync(target)) renameSync(fresh, target)
  for (const name of readdirSync(buildFolder)) {
    if (name !== key && !name.startsWith('new-')) {
      rmSync(join(buildFolder, name), { recursive: true, force: true })
    }
  }
} finally {
  rmSync(fresh, { recursive: true, force: true })
}
