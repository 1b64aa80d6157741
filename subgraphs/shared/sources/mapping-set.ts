/**
 * A mapping set: the folder that says how the relations of one system are found in one database of a
 * company. Reads `source.yaml`, `codes.yaml` and a `<relation>.sql` for each relation, here or in the
 * base folder. Every problem that can be seen without the database is told at once.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { AppError } from '../errors.ts'
import type { Relations } from '../relations.ts'
import { readCodesFile, type CodesFile } from './codes-file.ts'
import { scanMapping, type MappingText } from './mapping-text.ts'
import type { Codes } from './origin.ts'
import { prefixesOf, referredTo, type Prefixes } from './prefixes.ts'
import { readSourceFile, type Parameter, type SourceSettings } from './source-file.ts'
import type { Environment, Problem } from './yaml-file.ts'

export interface Mapping {
  readonly relation: string
  /** As people find it. */
  readonly file: string
  readonly text: MappingText
  /** The values for the parameters of the text, in their order. */
  readonly parameters: readonly Parameter[]
  /** By column. */
  readonly codes: ReadonlyMap<string, Codes>
}

export interface MappingSet extends SourceSettings {
  /** The folder's own name. */
  readonly name: string
  readonly folder: string
  /** By relation; one that is not here is not mapped. */
  readonly mappings: ReadonlyMap<string, Mapping>
  /** The ids that are other in the graph than in the source. */
  readonly prefixes: Prefixes
}

export interface ReadMappingSet {
  /** Null where it cannot be used at all. */
  readonly set: MappingSet | null
  readonly problems: readonly Problem[]
}

export interface MappingSetOptions {
  /** All relations of the system, of whichever database. */
  readonly relations: Relations
  readonly env: Environment
}

export function readMappingSet(
  folder: string,
  { relations, env }: MappingSetOptions,
): ReadMappingSet {
  const nameOf = (path: string) => join(basename(folder), relative(folder, path))
  if (!existsSync(folder)) {
    const message = 'there is no such folder of mappings'
    return { set: null, problems: [{ file: basename(folder), line: 1, message }] }
  }
  const source = { file: nameOf(join(folder, 'source.yaml')), env, keys: referredTo(relations) }
  const { settings, problems } = readSourceFile(folder, source)
  if (settings === null) return { set: null, problems }
  const folders = settings.base === null ? [folder] : [folder, settings.base]
  const all = [...problems]
  const codeFiles = folders.map((each) => {
    const read = readCodesFile(each, nameOf(join(each, 'codes.yaml')), relations)
    all.push(...read.problems)
    return read.codes
  })
  const mappings = new Map<string, Mapping>()
  for (const each of folders) {
    for (const relation of relationFiles(each)) {
      if (mappings.has(relation)) continue
      const file = nameOf(join(each, `${relation}.sql`))
      if (relations[relation] === undefined) {
        const message = `"${relation}" is no relation of this system${suggestion(relation, Object.keys(relations))}`
        all.push({ file, line: 1, message })
        continue
      }
      const read = readMapping({ relation, file, path: join(each, `${relation}.sql`) }, settings)
      all.push(...read.problems)
      mappings.set(relation, { ...read.mapping, codes: codesFor(relation, codeFiles) })
    }
  }
  const prefixes = prefixesOf(relations, settings)
  const set: MappingSet = { ...settings, name: basename(folder), folder, mappings, prefixes }
  return { set, problems: all }
}

/** The set, or every problem of it as one MAPPING_INVALID. */
export function mappingSetIn(folder: string, options: MappingSetOptions): MappingSet {
  const { set, problems } = readMappingSet(folder, options)
  if (set !== null && problems.length === 0) return set
  throw mappingsInvalid(problems)
}

export const mappingsInvalid = (problems: readonly Problem[]): AppError =>
  new AppError('MAPPING_INVALID', `Mappings:\n  ${problems.map(problemLine).join('\n  ')}`)

export const problemLine = ({ file, line, message }: Problem): string =>
  `${file}:${line}: ${message}`

const relationFiles = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith('.sql'))
        .map((file) => file.slice(0, -4))
        .toSorted()
    : []

function readMapping(
  { relation, file, path }: { relation: string; file: string; path: string },
  { kind, parameters }: SourceSettings,
): { readonly mapping: Omit<Mapping, 'codes'>; readonly problems: readonly Problem[] } {
  const { problems, ...text } = scanMapping(readFileSync(path, 'utf8'), kind)
  const unknown = text.parameters.flatMap(({ name, line }) =>
    Object.hasOwn(parameters, name)
      ? []
      : [{ line, message: `:${name} is not among the parameters of source.yaml` }],
  )
  return {
    mapping: {
      relation,
      file,
      text,
      parameters: text.parameters.map(({ name }) => parameters[name] ?? ''),
    },
    problems: [...problems, ...unknown].map((problem) => ({ file, ...problem })),
  }
}

/** Those of the set itself stand over those of its base, column by column. */
const codesFor = (relation: string, files: readonly CodesFile[]): ReadonlyMap<string, Codes> =>
  new Map(files.toReversed().flatMap((file) => [...(file.get(relation) ?? [])]))

/** `; did you mean "…"?` where one of the names is close. */
export function suggestion(given: string, known: readonly string[]): string {
  const simple = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  const close = known.find(
    (name) =>
      simple(name) === simple(given) ||
      simple(name) === `${simple(given)}s` ||
      `${simple(name)}s` === simple(given),
  )
  return close === undefined ? '' : `; did you mean "${close}"?`
}
