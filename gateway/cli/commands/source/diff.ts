/** `isthmus source diff`: what changed in a database since the last check. */
import { Command } from 'commander'
import type { Mapping } from '#shared/sources/mapping-set.ts'
import type { Environment } from '../../../config.ts'
import type { CountedCodes } from './check/values.ts'
import type { Named } from './opened.ts'
import type { Snapshot } from './snapshot.ts'

interface Options extends Named {
  readonly json?: boolean
}

export interface Change {
  readonly what:
    'table gone' | 'table new' | 'column gone' | 'column new' | 'type changed' | 'code new'
  /** `orders.total`, or `sales_order.status` for a code. */
  readonly where: string
  readonly detail: string
  /** Relations whose mapping names it; for what is new, none. */
  readonly concerns: readonly string[]
}

export const diffSourceCommand = (env: Environment): Command =>
  new Command('diff')
    .description('What changed in the database since the last `source check`.')
    .requiredOption('--system <name>', 'the system of supergraph.yaml')
    .option('--mapping <name>', 'the mapping set, or its folder; left out, the configured one')
    .option('--json', 'print the changes as JSON')
    .addHelpText(
      'after',
      '\nExits with 1 when a change concerns a mapping.\n\nExample:\n  npm run --silent isthmus -- source diff --system erp --mapping shop',
    )
    .action(async ({ json, ...named }: Options) => {
      const [{ openMapping }, { checkMappings }, { countCodes }, snapshots] = await Promise.all([
        import('./opened.ts'),
        import('#shared/sources/check.ts'),
        import('./check/values.ts'),
        import('./snapshot.ts'),
      ])
      await using opened = await openMapping(named, env)
      const { set, system, connection, limits, catalogue, config } = opened
      const before = snapshots.readSnapshot(
        snapshots.snapshotFile(config.data, system.name, set.name),
      )
      const checked = await checkMappings(connection, set, system.relations, limits)
      const codes: CountedCodes = new Map()
      for (const { described } of checked.values()) {
        if (described === null) continue
        await countCodes(described, (statement) => connection.run(statement, limits), codes)
      }
      const now = snapshots.takeSnapshot(await catalogue.tables(), codes)
      const changes = changesOf(before, now, [...set.mappings.values()])
      if (json === true) console.log(JSON.stringify({ since: before.takenAt, changes }, null, 2))
      else print(before, changes)
      if (changes.some(({ concerns }) => concerns.length > 0)) process.exitCode = 1
    })

function print({ takenAt }: Snapshot, changes: readonly Change[]): void {
  if (changes.length === 0) console.log(`Nothing changed since ${takenAt}.`)
  for (const { what, where, detail, concerns } of changes) {
    const by = concerns.length === 0 ? '' : `; read by ${concerns.join(', ')}`
    console.log(`${what}: ${where}${detail === '' ? '' : ` ${detail}`}${by}`)
  }
}

export function changesOf(
  before: Snapshot,
  now: Snapshot,
  mappings: readonly Mapping[],
): readonly Change[] {
  const read = mappings.map(({ relation, text }) => ({
    relation,
    words: new Set(wordsIn(text.plain)),
  }))
  const concerned = (...names: readonly string[]) =>
    read
      .filter(({ words }) => names.flatMap(wordsIn).every((word) => words.has(word)))
      .map(({ relation }) => relation)
  const changes: Change[] = []
  for (const [table, columns] of Object.entries(before.tables)) {
    const current = now.tables[table]
    if (current === undefined) {
      changes.push({ what: 'table gone', where: table, detail: '', concerns: concerned(table) })
      continue
    }
    for (const [column, native] of Object.entries(columns)) {
      const type = current[column]
      const where = `${table}.${column}`
      if (type === undefined) {
        changes.push({ what: 'column gone', where, detail: '', concerns: concerned(table, column) })
      } else if (type !== native) {
        const detail = `from ${native} to ${type}`
        changes.push({ what: 'type changed', where, detail, concerns: concerned(table, column) })
      }
    }
    for (const column of Object.keys(current).filter((each) => !(each in columns))) {
      changes.push({ what: 'column new', where: `${table}.${column}`, detail: '', concerns: [] })
    }
  }
  for (const table of Object.keys(now.tables).filter((each) => !(each in before.tables))) {
    changes.push({ what: 'table new', where: table, detail: '', concerns: [] })
  }
  return [...changes, ...newCodes(before, now, mappings)]
}

const wordsIn = (text: string): readonly string[] => text.match(/[\p{L}\p{N}_$]+/gu) ?? []

/** Codes that came, and that the mapping does not list: those concern who reads them. */
function newCodes(
  before: Snapshot,
  now: Snapshot,
  mappings: readonly Mapping[],
): readonly Change[] {
  const changes: Change[] = []
  for (const [relation, columns] of Object.entries(now.codes)) {
    const mapping = mappings.find((each) => each.relation === relation)
    for (const [column, codes] of Object.entries(columns)) {
      const listed = mapping?.codes.get(column)
      for (const code of codes) {
        if (before.codes[relation]?.[column]?.includes(code) !== false) continue
        const isKnown = listed === undefined || listed.has(code) || listed.has('*')
        changes.push({
          what: 'code new',
          where: `${relation}.${column}`,
          detail: JSON.stringify(code),
          concerns: isKnown ? [] : [relation],
        })
      }
    }
  }
  return changes
}
