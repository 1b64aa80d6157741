/**
 * The mappings of a set beside the database that they read: each is prepared, and its columns are
 * compared with the declaration. A mistake concerns its relation only; all of it is told at once.
 */
import { appErrorIn, AppError } from '../errors.ts'
import { isKeyLike, type ColumnType, type Relation, type Relations } from '../relations.ts'
import type {
  SourceColumn,
  SourceConnection,
  SourceKind,
  SourceType,
  StatementLimits,
} from './connection.ts'
import { mappingStatement, overMapping, type DescribedMapping } from './derived.ts'
import { suggestion, type Mapping, type MappingSet } from './mapping-set.ts'
import type { Held } from './origin.ts'
import { quoted } from './quoted.ts'

export interface CheckedMapping {
  readonly relation: string
  readonly mapping: Mapping
  /** Null where the relation cannot be read. */
  readonly described: DescribedMapping | null
  /** What is wrong, one sentence each; empty where it can be read. */
  readonly problems: readonly string[]
  /** What the database said where it could not even prepare the mapping; for operators only. */
  readonly cause: unknown
}

/** How many mappings are prepared at the same time. */
const atOnce = 4

/** All mappings; throws only where the database itself cannot be asked. */
export async function checkMappings(
  connection: SourceConnection,
  { mappings }: Pick<MappingSet, 'mappings'>,
  relations: Relations,
  limits: StatementLimits,
): Promise<ReadonlyMap<string, CheckedMapping>> {
  const waiting = [...mappings.values()]
  const checked: CheckedMapping[] = []
  const work = async () => {
    for (let mapping = waiting.shift(); mapping !== undefined; mapping = waiting.shift()) {
      const relation = relations[mapping.relation]
      if (relation !== undefined) {
        checked.push(await checkMapping({ connection, mapping, relation, limits }))
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return new Map(checked.map((each) => [each.relation, each]))
}

interface Checking {
  readonly connection: SourceConnection
  readonly mapping: Mapping
  readonly relation: Relation
  readonly limits: StatementLimits
}

async function checkMapping(checking: Checking): Promise<CheckedMapping> {
  const { connection, mapping, relation } = checking
  const result = { relation: mapping.relation, mapping }
  const { kind } = connection
  try {
    const columns = await connection.describe(mappingStatement(mapping, kind))
    const problems = [
      ...nameProblems(columns, relation),
      ...typeProblems(columns, relation, mapping, kind),
    ]
    if (problems.length > 0) return { ...result, described: null, problems, cause: undefined }
    const held = await heldOf(columns, checking)
    return { ...result, described: { kind, relation, mapping, held }, problems, cause: undefined }
  } catch (cause) {
    const code = appErrorIn(cause)?.code
    // Anything but the text itself concerns the source as a whole.
    if (code !== undefined && code !== 'MAPPING_INVALID') throw cause
    const problem = 'the database does not understand it, or lacks a table or column that it reads'
    return { ...result, described: null, problems: [problem], cause }
  }
}

/** What a relation that cannot be read says to whoever asks for it. */
export const mappingInvalid = ({ mapping: { file }, problems, cause }: CheckedMapping): AppError =>
  new AppError(
    'MAPPING_INVALID',
    `The mapping ${file} does not fit its database: ${problems.join('; ')}. Correct the file; \`isthmus source check\` tells more.`,
    { cause: cause ?? new Error(`${file}: ${problems.join('; ')}`) },
  )

function nameProblems(columns: readonly SourceColumn[], relation: Relation): readonly string[] {
  const names = columns.map(({ name }) => name)
  const declared = Object.keys(relation.columns)
  const twice = names.filter((name, at) => names.indexOf(name) !== at)
  const lacking = relation.key.filter((column) => !names.includes(column))
  const unknown = names.filter((name) => !declared.includes(name))
  return [
    ...twice.map((name) => `it yields "${name}" twice`),
    ...lacking.map((name) => `it does not yield the key "${name}"`),
    ...unknown.map(
      (name) => `it yields "${name}", which is not declared${suggestion(name, declared)}`,
    ),
  ]
}

function typeProblems(
  columns: readonly SourceColumn[],
  relation: Relation,
  { codes }: Mapping,
  kind: SourceKind,
): readonly string[] {
  if (kind === 'sqlite') return [] // any column may hold anything: values are looked at when read
  return columns.flatMap(({ name, type, native }) => {
    const declared = relation.columns[name]?.type
    if (declared === undefined || type === null) return []
    const expected = codes.has(name) ? codeTypes : expectations[declared.kind]
    return expected.types.includes(type)
      ? []
      : [`"${name}" is ${native}, expected ${expected.text}`]
  })
}

interface Expectation {
  readonly types: readonly SourceType[]
  /** What was expected, and what to do. */
  readonly text: string
}

const keyTypes: readonly SourceType[] = ['integer', 'decimal', 'text', 'uuid', 'other']

const codeTypes: Expectation = {
  types: ['text', 'integer', 'boolean', 'other'],
  text: 'a code: text or a whole number',
}

const expectations: Readonly<Record<ColumnType['kind'], Expectation>> = {
  id: { types: keyTypes, text: 'a key: a whole number, text or a UUID' },
  text: { types: keyTypes, text: 'text: cast it' },
  integer: { types: ['integer', 'decimal'], text: 'a whole number: cast it' },
  decimal: {
    types: ['integer', 'decimal'],
    text: 'an exact numeric: cast it to one, rounded to the declared places',
  },
  boolean: { types: ['boolean', 'integer'], text: 'a boolean or 0 and 1' },
  date: {
    types: ['date', 'text'],
    text: 'a date: cut a timestamp in the mapping, CAST(… AS date)',
  },
  instant: { types: ['timestamp', 'timestamptz', 'text'], text: 'a timestamp' },
  enum: { types: ['text', 'other'], text: 'our value as text, or codes in codes.yaml' },
  float: { types: ['integer', 'decimal', 'float'], text: 'a number' },
}

async function heldOf(
  columns: readonly SourceColumn[],
  { connection, mapping, relation, limits }: Checking,
): Promise<ReadonlyMap<string, Held>> {
  const probed =
    connection.kind === 'sqlite'
      ? await probe(columns, { connection, mapping, relation, limits })
      : null
  return new Map(
    columns.map(({ name, type, native }) => [name, { type: probed?.get(name) ?? type, native }]),
  )
}

/** Rows that are looked at to learn what SQLite keeps in a column. */
const probedRows = 200

/** SQLite tells the type of a value, not of a column: how keys and codes are bound depends on it. */
async function probe(
  columns: readonly SourceColumn[],
  { connection, mapping, relation, limits }: Checking,
): Promise<ReadonlyMap<string, SourceType>> {
  const keys = columns.filter(({ name }) => {
    const declared = relation.columns[name]?.type
    return declared !== undefined && isKeyLike(declared)
  })
  if (keys.length === 0) return new Map()
  const { kind } = connection
  const typeofs = keys.map(({ name }) => `typeof(m.${quoted(name, kind)})`).join(', ')
  const statement = overMapping({ mapping, kind }, typeofs, `LIMIT ${probedRows}`)
  const rows = await connection.run(statement, limits)
  return new Map(
    keys.flatMap(({ name }, at): [string, SourceType][] => {
      const found = rows.map((row) => row[at]).find((type) => type !== 'null')
      const type = found === undefined ? undefined : probedTypes[found as string]
      return type === undefined ? [] : [[name, type]]
    }),
  )
}

const probedTypes: Readonly<Record<string, SourceType>> = {
  integer: 'integer',
  real: 'float',
  text: 'text',
  blob: 'binary',
}
