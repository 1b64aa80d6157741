/** `source.yaml` of a mapping set: which database, how it is reached, and what its mappings are given. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isDate } from '../calendar.ts'
import type { TlsOptions } from './address.ts'
import { sourceKinds, type SourceKind } from './connection.ts'
import { readYamlFile, type Entry, type Environment, type Problem } from './yaml-file.ts'

/** What may stand for `:name` in a mapping. */
export type Parameter = string | number | boolean

export interface SourceSettings {
  /** In whose SQL the mappings are written. */
  readonly kind: SourceKind
  /** Of a database server; may hold a password, so never in a message. */
  readonly url: string | null
  /** The path of a SQLite file. */
  readonly file: string | null
  /** The path of a folder of CSV files, whose mappings are in SQLite's SQL. */
  readonly csvFolder: string | null
  /** IANA name; null means the company's. */
  readonly timeZone: string | null
  readonly parameters: Readonly<Record<string, Parameter>>
  /** What the ids of this source begin with in the graph, `tw` of `tw:12`; its name among several. */
  readonly prefix: string | null
  /** By `Type.key` of another system: what such ids in this source begin with in the graph. */
  readonly references: Readonly<Record<string, string>>
  /** The folder from which relations are taken that the set itself lacks. */
  readonly base: string | null
  /** The business date of data that no longer grows, `YYYY-MM-DD`. */
  readonly asOf: string | null
  /** Milliseconds. */
  readonly statementTimeoutMs: number | undefined
  readonly pool: { readonly max?: number | undefined } | undefined
  readonly tls: TlsOptions | undefined
}

const keys = [
  ...(['kind', 'url', 'file', 'folder', 'timeZone', 'parameters', 'base', 'asOf'] as const),
  ...(['prefix', 'references', 'statementTimeoutMs', 'pool', 'tls'] as const),
]

/** What a company may have: a folder of CSV files is read as tables of SQLite. */
const givenKinds = [...sourceKinds, 'csv'] as const

type Address = 'file' | 'url' | 'folder'

/** Where each kind is. */
const addresses: Readonly<Record<(typeof givenKinds)[number], Address>> = {
  sqlite: 'file',
  postgresql: 'url',
  mysql: 'url',
  csv: 'folder',
}

export interface SourceFileOptions {
  /** As people find it. */
  readonly file: string
  readonly env: Environment
  /** The keys of other systems that the system's relations refer to. */
  readonly keys: ReadonlySet<string>
}

interface Reading {
  readonly folder: string
  readonly report: (line: number, message: string) => void
}

/** Null where the file does not even say what kind of database it is. */
export function readSourceFile(
  folder: string,
  { file, env, keys: referredTo }: SourceFileOptions,
): { readonly settings: SourceSettings | null; readonly problems: readonly Problem[] } {
  const sourcePath = join(folder, 'source.yaml')
  if (!existsSync(sourcePath)) {
    return {
      settings: null,
      problems: [
        { file, line: 1, message: 'is missing: it says which database the folder is for' },
      ],
    }
  }
  const { entries, problems: found } = readYamlFile(sourcePath, file, env)
  const problems = [...found]
  const report = (line: number, message: string) => problems.push({ file, line, message })
  if (found.length > 0 && entries.length === 0) return { settings: null, problems }
  const of = new Map(entries.map((entry) => [entry.key, entry]))
  for (const { key, line } of entries) {
    if (!(keys as readonly string[]).includes(key))
      report(line, `"${key}" is not known; known are ${keys.join(', ')}`)
  }
  const reading: Reading = { folder, report }
  const given = givenKinds.find((each) => each === of.get('kind')?.value)
  if (given === undefined) {
    report(of.get('kind')?.line ?? 1, `kind: expected one of ${givenKinds.join(', ')}`)
    return { settings: null, problems }
  }
  const address = textOf(of.get(addresses[given]), reading)
  if (address === null && found.length === 0) {
    report(of.get('kind')?.line ?? 1, `${addresses[given]}: ${given} needs one`)
  }
  const place = (name: Address) => (addresses[given] === name ? address : null)
  const path = (name: Address) => {
    const text = place(name)
    return text === null ? null : resolve(folder, text)
  }
  const base = textOf(of.get('base'), reading)
  if (base !== null && !existsSync(resolve(folder, base))) {
    report(of.get('base')?.line ?? 1, `base: there is no folder "${base}"`)
  }
  const settings: SourceSettings = {
    kind: given === 'csv' ? 'sqlite' : given,
    url: place('url'),
    file: path('file'),
    csvFolder: path('folder'),
    timeZone: zoneOf(of.get('timeZone'), reading),
    parameters: parametersOf(of.get('parameters'), reading),
    prefix: prefixOf(of.get('prefix'), reading),
    references: referencesOf(of.get('references'), referredTo, reading),
    base: base === null ? null : resolve(folder, base),
    asOf: dateOf(of.get('asOf'), reading),
    statementTimeoutMs: wholeOf(of.get('statementTimeoutMs'), 1, 600_000, reading),
    pool: poolOf(of.get('pool'), reading),
    tls: tlsOf(of.get('tls'), reading),
  }
  return { settings, problems }
}

function textOf(entry: Entry | undefined, { report }: Reading): string | null {
  if (entry === undefined) return null
  if (typeof entry.value === 'string' && entry.value !== '') return entry.value
  if (entry.value !== '') report(entry.line, `${entry.key}: expected text`)
  return null
}

function zoneOf(entry: Entry | undefined, reading: Reading): string | null {
  const name = textOf(entry, reading)
  if (name === null || entry === undefined) return null
  try {
    new Intl.DateTimeFormat('en', { timeZone: name }).format()
  } catch {
    reading.report(entry.line, `timeZone: "${name}" is no time zone`)
  }
  return name
}

function dateOf(entry: Entry | undefined, { report }: Reading): string | null {
  if (entry === undefined) return null
  const text = String(entry.value)
  if (!isDate(text)) report(entry.line, `asOf: "${text}" is no date, YYYY-MM-DD`)
  return text
}

function wholeOf(
  entry: Entry | undefined,
  low: number,
  high: number,
  { report }: Reading,
): number | undefined {
  if (entry === undefined) return undefined
  const value = Number(entry.value)
  if (Number.isInteger(value) && value >= low && value <= high) return value
  report(entry.line, `${entry.key}: expected a whole number from ${low} to ${high}`)
  return undefined
}

function parametersOf(entry: Entry | undefined, { report }: Reading): SourceSettings['parameters'] {
  const given = entry?.entries ?? []
  return Object.fromEntries(
    given.flatMap(({ key, value, line }): [string, Parameter][] => {
      if (!/^[A-Za-z_]\w*$/.test(key)) report(line, `parameters: "${key}" is no name`)
      if (typeof value === 'string' || typeof value === 'boolean') return [[key, value]]
      if (typeof value === 'number' && Number.isFinite(value)) return [[key, value]]
      report(line, `parameters.${key}: expected text, a number, true or false`)
      return []
    }),
  )
}

const prefixPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,19}$/

function prefixOf(entry: Entry | undefined, { report }: Reading): string | null {
  if (entry === undefined) return null
  const text = String(entry.value)
  if (prefixPattern.test(text)) return text
  report(entry.line, `${entry.key}: expected up to 20 letters, digits, "-" and "_"`)
  return null
}

function referencesOf(
  entry: Entry | undefined,
  known: ReadonlySet<string>,
  reading: Reading,
): SourceSettings['references'] {
  const given = entry?.entries ?? []
  for (const { key, line } of given) {
    if (known.has(key)) continue
    const names = [...known].toSorted().join(', ')
    reading.report(
      line,
      `references: "${key}" is no key of another system to which this one refers; known are ${names}`,
    )
  }
  return Object.fromEntries(given.map((each) => [each.key, prefixOf(each, reading) ?? '']))
}

function poolOf(entry: Entry | undefined, reading: Reading): SourceSettings['pool'] {
  if (entry === undefined) return undefined
  const max = entry.entries.find(({ key }) => key === 'max')
  for (const { key, line } of entry.entries) {
    if (key !== 'max') reading.report(line, `pool: "${key}" is not known; known is max`)
  }
  return { max: wholeOf(max, 1, 1_000, reading) }
}

function tlsOf(entry: Entry | undefined, { folder, report }: Reading): SourceSettings['tls'] {
  if (entry === undefined) return undefined
  let [ca, rejectUnauthorized]: [string | undefined, boolean | undefined] = [undefined, undefined]
  for (const { key, value, line } of entry.entries) {
    if (key === 'rejectUnauthorized' && typeof value === 'boolean') rejectUnauthorized = value
    else if (key === 'ca' && typeof value === 'string') {
      const path = resolve(folder, value)
      if (existsSync(path)) ca = readFileSync(path, 'utf8')
      else report(line, `tls.ca: there is no file "${value}"`)
    } else report(line, `tls: expected ca (a file) and rejectUnauthorized (true or false)`)
  }
  return { ca, rejectUnauthorized }
}
