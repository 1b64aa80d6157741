/**
 * Reads supergraph.yaml (the format of Apollo's rover) and composes the systems' schemas.
 * Every problem of a file is said at once, with the file's name; nothing is started here.
 */
import { readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import type * as Composition from '@apollo/composition'
import { parse as parseGraphql, type DocumentNode } from 'graphql'
import { parse as parseYaml } from 'yaml'
import { AppError } from '#shared/errors.ts'
import { isObject, type JsonObject } from '#shared/json.ts'

export interface SubgraphEntry {
  readonly name: string
  readonly url: string
  /** The absolute path of the SDL file. */
  readonly schemaFile: string
  readonly sdl: string
}

export interface Composed {
  readonly supergraphSdl: string
  readonly subgraphs: readonly SubgraphEntry[]
  /** What composition noticed without refusing. */
  readonly hints: readonly string[]
}

/** A subgraph that is not in the file: the gateway's own. */
export interface OwnSubgraph {
  readonly name: string
  readonly sdl: string
}

/** The entries of supergraph.yaml, with their schemas read. */
export function readSupergraphFile(path: string): readonly SubgraphEntry[] {
  const file = record(parseFile(path))
  if (file === null) throw invalid(path, ['expected a mapping with "subgraphs"'])
  const subgraphs = record(file['subgraphs'])
  if (subgraphs === null || Object.keys(subgraphs).length === 0) {
    throw invalid(path, ['"subgraphs" must name at least one subgraph'])
  }
  const problems: string[] = []
  const entries = Object.entries(subgraphs).flatMap(([name, value]) => {
    const entry = readEntry(path, name, value, problems)
    return entry === null ? [] : [entry]
  })
  if (problems.length > 0) throw invalid(path, problems)
  return entries
}

function parseFile(path: string): unknown {
  try {
    return parseYaml(readFileSync(path, 'utf8'))
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
      throw invalid(path, ['there is no such file; expected one in the format of rover'], cause)
    throw invalid(path, [firstLine(cause)], cause)
  }
}

function readEntry(
  path: string,
  name: string,
  value: unknown,
  problems: string[],
): SubgraphEntry | null {
  const entry = record(value)
  const url = entry?.['routing_url']
  const file = record(entry?.['schema'])?.['file']
  if (typeof file !== 'string') {
    problems.push(`subgraphs.${name}.schema.file must name the SDL file`)
    return null
  }
  if (typeof url !== 'string' || !URL.canParse(url)) {
    problems.push(`subgraphs.${name}.routing_url must be an address, but is ${JSON.stringify(url)}`)
    return null
  }
  const schemaFile = resolve(dirname(path), file)
  try {
    return { name, url, schemaFile, sdl: readFileSync(schemaFile, 'utf8') }
  } catch {
    problems.push(`subgraphs.${name}.schema.file: ${file} cannot be read`)
    return null
  }
}

const require = createRequire(import.meta.url)

/** Loaded when something is composed: most starts find the committed supergraph fresh. */
const composition = () => require('@apollo/composition') as typeof Composition // what it is

const folder = import.meta.dirname

/** The committed files: the systems alone (what rover makes), and with the gateway's own schema. */
export const supergraphFiles = {
  systems: join(folder, 'supergraph.graphql'),
  isthmus: join(folder, 'isthmus.graphql'),
} as const

/** What a committed supergraph begins with: it names what it was made from. */
export const supergraphHeader = (
  subgraphs: readonly SubgraphEntry[],
  own: readonly OwnSubgraph[],
): string => {
  const { version } = require('@apollo/composition/package.json') as { version: string } // an npm manifest
  const inputs = [
    version,
    ...subgraphs.map(({ name, url, sdl }) => [name, url, sdl]),
    ...own.map(({ name, sdl }) => [name, sdl]),
  ]
  const hash = createHash('sha256').update(JSON.stringify(inputs)).digest('hex')
  return `# Made by \`npm run compose\` from ${hash}; do not edit.\n`
}

/** The committed supergraph when it was made from just these schemas, else composed anew. */
export function committedOrComposed(path: string, own: readonly OwnSubgraph[]): Composed {
  const subgraphs = readSupergraphFile(path)
  const header = supergraphHeader(subgraphs, own)
  try {
    const sdl = readFileSync(supergraphFiles.isthmus, 'utf8')
    if (sdl.startsWith(header)) return { supergraphSdl: sdl, subgraphs, hints: [] }
  } catch {
    // There is none: it is composed like one that is stale.
  }
  return composeSupergraph(path, own)
}

/** Composes the systems, and the gateway's own subgraphs with them. */
export function composeSupergraph(path: string, own: readonly OwnSubgraph[] = []): Composed {
  const subgraphs = readSupergraphFile(path)
  const services = [
    ...subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parseSdl(path, name, sdl) })),
    ...own.map(({ name, sdl }) => ({ name, url: '', typeDefs: parseSdl(path, name, sdl) })),
  ]
  const { errors, supergraphSdl, hints } = composition().composeServices(services)
  if (errors !== undefined && errors.length > 0) {
    throw invalid(
      path,
      errors.map((error) => `${codeOf(error)}: ${error.message}`),
    )
  }
  if (supergraphSdl === undefined) throw invalid(path, ['composition made no supergraph'])
  return { supergraphSdl, subgraphs, hints: (hints ?? []).map(String) }
}

function parseSdl(path: string, name: string, sdl: string): DocumentNode {
  try {
    return parseGraphql(sdl)
  } catch (cause) {
    throw invalid(path, [`the schema of "${name}" is no GraphQL: ${firstLine(cause)}`], cause)
  }
}

const codeOf = ({ extensions }: { extensions: Readonly<Record<string, unknown>> }): string =>
  typeof extensions['code'] === 'string' ? extensions['code'] : 'INVALID_GRAPHQL'

const invalid = (path: string, problems: readonly string[], cause?: unknown): AppError =>
  new AppError('SUPERGRAPH_INVALID', `${path}:\n  ${problems.join('\n  ')}`, { cause })

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? ''

const record = (value: unknown): JsonObject | null => (isObject(value) ? value : null)
