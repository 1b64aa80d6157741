/** How `isthmus token explain` prints for people: one line for each type. */
import type { Explanation, Refused } from '../../../policy/explain.ts'
import type { ShownKeys, ShownSet } from '../../../policy/shown-keys.ts'
import type { ShownRows } from '../../../policy/shown-rows.ts'

interface Beside {
  readonly shows: readonly ShownRows[]
  readonly limits: Readonly<Record<string, number>>
  /** Null for employees. */
  readonly keys: ShownKeys | null
}

export function printExplanation(explanation: Explanation, { shows, limits, keys }: Beside): void {
  const { subject, audience, scopes, rows, readable, refused } = explanation
  console.log(`${subject} (${audience})`)
  console.log(`Scopes: ${scopes.length === 0 ? 'none' : scopes.join(', ')}`)
  if (rows === null) console.log('Rows: all')
  else {
    const parameters = Object.entries(rows.parameters).map(
      ([name, values]) => `${name} ${values.join(', ')}`,
    )
    console.log(`Rows: ${rows.rule}, ${parameters.join('; ')}`)
    for (const { system, all, limited, nothing } of shows) {
      console.log(`  ${system}`)
      printList('by the rule', limited)
      printList('all rows', all)
      printList('nothing of', nothing)
    }
  }
  const bounds = Object.entries(limits).map(([name, value]) => `${name} ${value}`)
  console.log(`Limits: ${bounds.join(', ')}`)
  if (keys !== null) {
    console.log(`Keys: ${keysText(keys.keys)}`)
    console.log(`Export keys: ${keysText(keys.exportKeys)}`)
    console.log(`Webhook: ${webhookText(keys.webhook)}`)
  }
  console.log(`\nMay read ${readable.length} fields:`)
  for (const [type, fields] of byType(readable)) console.log(`  ${type}: ${fields.join(', ')}`)
  console.log(`\nIs refused ${refused.length} fields:`)
  printRefusals(refused)
}

export function printRefused(refused: readonly (Refused & { readonly path: string })[]): void {
  console.log(
    refused.length === 0
      ? 'Nothing of this operation would be refused.'
      : `Of this operation ${refused.length} would be refused:`,
  )
  for (const { path, coordinate, needs } of refused)
    console.log(
      needs.length === 0
        ? `  ${path}: ${coordinate} is outside of the contract`
        : `  ${path}: ${coordinate} needs ${needed(needs)}`,
    )
}

interface Difference {
  readonly who: string
  readonly diff: string
  readonly only: readonly string[]
  readonly onlyOther: readonly string[]
}

export function printDifference({ who, diff, only, onlyOther }: Difference): void {
  for (const [name, coordinates] of [
    [who, only],
    [diff, onlyOther],
  ] as const) {
    console.log(`Only ${name} may read ${coordinates.length} fields:`)
    for (const [type, fields] of byType(coordinates)) console.log(`  ${type}: ${fields.join(', ')}`)
  }
}

function printRefusals(refused: readonly Refused[]): void {
  for (const { coordinate, needs } of refused) console.log(`  ${coordinate} needs ${needed(needs)}`)
}

function printList(what: string, names: readonly string[]): void {
  if (names.length > 0) console.log(`    ${what}: ${names.join(', ')}`)
}

function keysText(set: ShownSet): string {
  if ('url' in set) return `${set.onlyUse === null ? '' : 'use enc of '}those at ${set.url}`
  const texts = set.map(({ kid, use, kty, crv }) => {
    const kind = [kty, crv, use === null ? null : `use ${use}`].filter((each) => each !== null)
    return `${kid ?? 'without kid'} (${kind.join(', ')})`
  })
  return texts.length === 0 ? 'none' : texts.join('; ')
}

const webhookText = (webhook: ShownKeys['webhook']): string => {
  if (webhook === null) return 'none'
  const { url, secrets } = webhook
  return `${url}, signed with ${secrets === 1 ? 'one secret' : `${secrets} secrets`}`
}

const needed = (needs: Refused['needs']): string =>
  needs.map((all) => all.join(' and ')).join(' or ')

function byType(coordinates: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const types = new Map<string, string[]>()
  for (const coordinate of coordinates) {
    const [type = '', field = ''] = coordinate.split('.')
    const fields = types.get(type)
    if (fields === undefined) types.set(type, [field])
    else fields.push(field)
  }
  return types
}
