/** `codes.yaml` of a mapping set: what the raw codes of the source are called by us. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Relation, Relations } from '../relations.ts'
import type { Codes } from './origin.ts'
import { readYamlFile, type Entry, type Problem } from './yaml-file.ts'

/** By relation, then by column. */
export type CodesFile = ReadonlyMap<string, ReadonlyMap<string, Codes>>

export function readCodesFile(
  folder: string,
  file: string,
  relations: Relations,
): { readonly codes: CodesFile; readonly problems: readonly Problem[] } {
  const path = join(folder, 'codes.yaml')
  if (!existsSync(path)) return { codes: new Map(), problems: [] }
  const { entries, problems: found } = readYamlFile(path, file, {})
  const problems = [...found]
  const report = (line: number, message: string) => problems.push({ file, line, message })
  const codes = new Map<string, ReadonlyMap<string, Codes>>()
  for (const { key: name, line, entries: columns } of entries) {
    const relation = relations[name]
    if (relation === undefined) report(line, `"${name}" is no relation of this system`)
    else codes.set(name, codesOfRelation(name, relation, columns, report))
  }
  return { codes, problems }
}

type Report = (line: number, message: string) => void

function codesOfRelation(
  name: string,
  relation: Relation,
  columns: readonly Entry[],
  report: Report,
): ReadonlyMap<string, Codes> {
  const codes = new Map<string, Codes>()
  for (const { key: column, line, entries } of columns) {
    const type = relation.columns[column]?.type
    if (type === undefined) report(line, `${name} has no column "${column}"`)
    else if (type.kind !== 'enum')
      report(line, `${name}.${column} has no codes: it is ${type.kind}`)
    else codes.set(column, codesOf(`${name}.${column}`, type.values, entries, report))
  }
  return codes
}

function codesOf(
  what: string,
  values: readonly string[],
  entries: readonly Entry[],
  report: Report,
): Codes {
  const codes = new Map<string, string>()
  for (const { key, value, line } of entries) {
    if (typeof value === 'string' && values.includes(value)) codes.set(key, value)
    else report(line, `${what}: ${JSON.stringify(value)} is none of ${values.join(', ')}`)
  }
  return codes
}
