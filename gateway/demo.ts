/**
 * The way to the demo data. The generator knows all four systems, so it is loaded only where demo
 * data is wanted, and by its path: nothing else of the gateway depends on it.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { moduleExtension } from './module-extension.ts'
import type * as Demo from '../subgraphs/demo/seed.ts'

export async function loadDemo(): Promise<typeof Demo> {
  const path = join(import.meta.dirname, `../subgraphs/demo/seed${moduleExtension}`)
  const module: unknown = await import(pathToFileURL(path).href)
  return module as typeof Demo // the file just named
}
