/**
 * The demo databases as if another program had made them: a mapping set for each system that reads its
 * file. What is asked of them must be answered as the embedded databases answer it.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Relation, Relations } from '#shared/relations.ts'
import { definitionOf, systems } from '../subgraphs/systems.ts'

export interface Left {
  /** Relations that get no mapping. */
  readonly relations?: readonly string[]
  /** `relation.column` that no mapping yields. */
  readonly columns?: readonly string[]
}

/** Writes the mapping sets; answers the folder of each system's. */
export async function mapDemo(
  data: string,
  folder: string,
  { relations: without = [], columns: lacking = [] }: Left = {},
): Promise<ReadonlyMap<string, string>> {
  const folders = new Map<string, string>()
  for (const system of systems) {
    const definition = await definitionOf(system)
    const [database] = Object.entries(definition.databases)
    if (database === undefined) continue
    const [name, { relations }] = database
    const file = join(data, `${name}.sqlite`)
    const set = join(folder, system.name)
    mkdirSync(set)
    writeFileSync(join(set, 'source.yaml'), `kind: sqlite\nfile: ${file}\nasOf: ${asOfIn(file)}\n`)
    writeSelects(set, relations, { relations: without, columns: lacking })
    folders.set(system.name, set)
  }
  return folders
}

/** A SELECT for each relation of a file that Isthmus made. */
export function writeSelects(
  set: string,
  relations: Relations,
  { relations: without = [], columns: lacking = [] }: Left = {},
): void {
  for (const [relation, declared] of Object.entries(relations)) {
    if (without.includes(relation)) continue
    writeFileSync(join(set, `${relation}.sql`), selectOf(relation, declared, lacking))
  }
}

function selectOf(name: string, { columns }: Relation, lacking: readonly string[]): string {
  const selected = Object.entries(columns)
    .filter(([column]) => !lacking.includes(`${name}.${column}`))
    .map(([column, { type }]) =>
      // Other programs keep no scaled integers.
      type.kind === 'decimal'
        ? `"${column}" / ${10 ** type.scale}.0 AS "${column}"`
        : `"${column}"`,
    )
  return `-- The demo's own table.\nSELECT ${selected.join(', ')}\n  FROM "${name}"\n`
}

function asOfIn(path: string): string {
  const file = new DatabaseSync(path, { readOnly: true })
  const row = file.prepare(`SELECT value FROM isthmus_meta WHERE key = 'asOf'`).get()
  file.close()
  return String(row?.['value'])
}
