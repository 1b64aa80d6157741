/**
 * The library of saved questions: each is a folder with `operation.graphql` and `report.yaml`. A
 * question is example, Playground entry, command and test at once. Every problem is said at once.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse as parseGraphql } from 'graphql'
import { parse as parseYaml } from 'yaml'
import { AppError } from '#shared/errors.ts'
import { isDemoIdentity, type DemoIdentity } from '../tokens/demo.ts'

export interface ReportColumn {
  /** Response names from the row, joined by dots. */
  readonly path: string
  readonly label: string
}

export interface Report {
  /** The folder's name. */
  readonly name: string
  readonly title: string
  readonly theme: string
  readonly description: string
  readonly operation: string
  /** The variables' values when none are given. */
  readonly variables: Readonly<Record<string, unknown>>
  /** The demo identity that may read all of it. */
  readonly identity: DemoIdentity
  /** Where the rows are: response names from the root, joined by dots; lists on the way multiply. */
  readonly rows: string
  readonly columns: readonly ReportColumn[]
}

const folder = join(import.meta.dirname, 'library')

export function readLibrary(path = folder): readonly Report[] {
  const problems: string[] = []
  const reports = readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => readReport(path, name, problems))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  if (problems.length > 0) {
    throw new AppError('REPORT_INVALID', `Reports:\n  ${problems.join('\n  ')}`)
  }
  return reports
}

export function reportNamed(name: string): Report {
  const reports = readLibrary()
  const found = reports.find((report) => report.name === name)
  if (found !== undefined) return found
  throw new AppError('NOT_FOUND', `There is no question "${name}". See: isthmus report list`)
}

type Yaml = Readonly<Record<string, unknown>>

function readReport(path: string, name: string, problems: string[]): Report {
  const problem = (message: string) => problems.push(`${name}: ${message}`)
  const yaml = readYaml(join(path, name, 'report.yaml'), problem)
  const text = (key: string): string => {
    const value = yaml[key]
    if (typeof value === 'string' && value !== '') return value
    problem(`report.yaml: "${key}" must be text`)
    return ''
  }
  const identity = text('identity')
  if (!isDemoIdentity(identity)) problem(`report.yaml: "identity" is no demo identity: ${identity}`)
  return {
    name,
    title: text('title'),
    theme: text('theme'),
    description: text('description'),
    operation: readOperation(join(path, name, 'operation.graphql'), problem),
    variables: recordOf(yaml['variables'] ?? {}),
    identity: isDemoIdentity(identity) ? identity : 'admin',
    rows: text('rows'),
    columns: readColumns(yaml['columns'], problem),
  }
}

function readOperation(file: string, problem: (message: string) => void): string {
  try {
    const operation = readFileSync(file, 'utf8')
    parseGraphql(operation)
    return operation
  } catch (error) {
    problem(`operation.graphql: ${firstLine(error)}`)
    return ''
  }
}

function readYaml(file: string, problem: (message: string) => void): Yaml {
  try {
    return recordOf(parseYaml(readFileSync(file, 'utf8')))
  } catch (error) {
    problem(`report.yaml: ${firstLine(error)}`)
    return {}
  }
}

function readColumns(value: unknown, problem: (message: string) => void): readonly ReportColumn[] {
  if (!Array.isArray(value) || value.length === 0) {
    problem('report.yaml: "columns" must list at least one column')
    return []
  }
  return value.map((each, at) => {
    const { path, label } = recordOf(each)
    if (typeof path === 'string' && typeof label === 'string') return { path, label }
    problem(`report.yaml: columns[${at}] needs "path" and "label"`)
    return { path: '', label: '' }
  })
}

const recordOf = (value: unknown): Yaml =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Yaml) : {}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? ''
