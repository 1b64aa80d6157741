/**
 * The demo: its data, made when there is none, and how to get in. The generator knows all four
 * systems, so it is loaded only where demo data is wanted, and by its path: nothing else of the
 * gateway depends on it.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AppError } from '#shared/errors.ts'
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

/**
 * Makes the demo data where the gateway runs over it and there is none. What is wrong with it is answered;
 * else it is said by the questions that need it.
 */
export async function ensureDemo(
  config: Config,
  onMaking: () => void = () => undefined,
): Promise<AppError | null> {
  if (!isEmbedded(config)) return null
  const { demoState, seedDemo } = await loadDemo()
  const found = demoState(config.data)
  if (found.state === 'unusable') return found.error
  if (found.state === 'absent') {
    onMaking()
    seedDemo({ data: config.data, size: 'small' })
  }
  return null
}

export const sayMaking = (): void => {
  console.log('Making the demo data, which takes a few seconds …')
}

export function printDemo(data: string, url: string): void {
  const secret = demoSecret(data)
  console.log(`Playground: ${url}/playground`)
  console.log(`Tokens: ${url}/tokens`)
  console.log('\nDemo tokens (Authorization: Bearer …), good for eight hours:')
  for (const [name, { label }] of Object.entries(demoIdentities)) {
    if (isDemoIdentity(name)) console.log(`\n  ${label} (${name})\n  ${demoToken(name, secret)}`)
  }
}
