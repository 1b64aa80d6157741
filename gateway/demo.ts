/**
 * The demo: its data, made when there is none, and how to get in. The generator knows all four
 * systems, so it is loaded only where demo data is wanted, and by its path: nothing else of the
 * gateway depends on it.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Config } from './config.ts'
import { moduleExtension } from './module-extension.ts'
import { isBare } from './supergraph/read.ts'
import { demoIdentities, demoSecret, demoToken, isDemoIdentity } from './tokens/demo.ts'
import type * as Demo from '../subgraphs/demo/seed.ts'

export async function loadDemo(): Promise<typeof Demo> {
  const path = join(import.meta.dirname, `../subgraphs/demo/seed${moduleExtension}`)
  const module: unknown = await import(pathToFileURL(path).href)
  return module as typeof Demo // the file just named
}

/** Whether the gateway runs over data that it makes itself. */
export const isEmbedded = ({ mode, supergraph }: Config): boolean =>
  mode === 'demo' && !isBare(supergraph)

export async function prepareDemo(data: string): Promise<void> {
  const { demoState, seedDemo } = await loadDemo()
  const { state } = demoState(data)
  if (state !== 'absent') return // what is wrong with it is said by the questions that need it
  console.log('Making the demo data, which takes a few seconds …')
  seedDemo({ data, size: 'small' })
}

export function printDemo(data: string, url: string): void {
  const secret = demoSecret(data)
  console.log(`Playground: ${url}/playground`)
  console.log('\nDemo tokens (Authorization: Bearer …), good for eight hours:')
  for (const [name, { label }] of Object.entries(demoIdentities)) {
    if (isDemoIdentity(name)) console.log(`\n  ${label} (${name})\n  ${demoToken(name, secret)}`)
  }
}
