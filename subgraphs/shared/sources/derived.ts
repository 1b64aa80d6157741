/**
 * A mapping as what stands for its relation in a statement: a derived table, which the database's own
 * optimiser flattens. Around it only what the source cannot say itself: codes as our values and, for
 * SQLite, decimals as scaled integers and moments as UTC. Keys stay bare, so that indexes serve.
 */
import {
  AliasNode,
  IdentifierNode,
  RawNode,
  SelectionNode,
  SelectQueryNode,
  sql,
  ValueNode,
  type Expression,
  type OperationNode,
} from 'kysely'
import { unlistedMark } from '../dialects/foreign.ts'
import { isKeyLike, type ColumnType, type Relation } from '../relations.ts'
import type { SourceKind, SourceStatement } from './connection.ts'
import type { Mapping } from './mapping-set.ts'
import { rawColumn, type Codes, type Held } from './origin.ts'

/** A mapping with the columns that the database says it yields. */
export interface DescribedMapping {
  readonly kind: SourceKind
  readonly relation: Relation
  readonly mapping: Mapping
  /** By column; what is not here is not mapped. */
  readonly held: ReadonlyMap<string, Held>
}

/** The functions that the SQLite connection adds, see `sqlite.ts`. */
export const sqliteFunctions = { instant: 'isthmus_instant', scaled: 'isthmus_scaled' } as const

/** The mapping alone, as the database itself reads it; `first` parameters stand before its own. */
export function mappingStatement(
  { text, parameters }: Mapping,
  kind: SourceKind,
  first = 0,
): SourceStatement {
  const marker = (at: number) => (kind === 'postgresql' ? `$${first + at + 1}` : '?')
  return {
    sql: text.fragments
      .map((fragment, at) => (at < parameters.length ? fragment + marker(at) : fragment))
      .join(''),
    parameters,
  }
}

/** A statement over the rows of a mapping, called `m`. */
export function overMapping(
  { mapping, kind }: Pick<DescribedMapping, 'mapping' | 'kind'>,
  select: string,
  rest: string,
): SourceStatement {
  const { sql: rows, parameters } = mappingStatement(mapping, kind)
  return { sql: `SELECT ${select} FROM (${rows}\n) m ${rest}`, parameters }
}

/** The names of the columns of `derivedTable`: those that are mapped, and raw codes. */
export const derivedColumns = ({ held, mapping }: DescribedMapping): readonly string[] =>
  [...held.keys()].flatMap((column) =>
    mapping.codes.has(column) ? [column, rawColumn(column)] : [column],
  )

/** What stands for the relation, to be given an alias. */
export function derivedTable(described: DescribedMapping): OperationNode {
  const { held, mapping, relation, kind } = described
  const written = [...held].map(([column, how]) => {
    const type = relation.columns[column]?.type ?? { kind: 'text' as const }
    const codes = mapping.codes.get(column)
    return { column, codes, ...writtenOf(column, { type, how, codes, kind }) }
  })
  if (written.every(({ isBare }) => isBare)) return mappingNode(mapping)
  const selections = written.flatMap(({ column, codes, expression, raw }) => [
    selection(expression, column),
    ...(codes === undefined ? [] : [selection(raw, rawColumn(column))]),
  ])
  return {
    ...SelectQueryNode.createFrom([
      AliasNode.create(mappingNode(mapping), IdentifierNode.create(inner)),
    ]),
    selections,
  } as SelectQueryNode
}

/** The mapping's text on lines of its own: it may end in a comment. */
function mappingNode({ text: { fragments }, parameters }: Mapping): OperationNode {
  const last = fragments.length - 1
  return RawNode.create(
    fragments.map((text, at) => `${at === 0 ? '(' : ''}${text}${at === last ? '\n)' : ''}`),
    parameters.map((value) => ValueNode.create(value)),
  )
}

/** The alias of the mapping inside its wrapper. */
const inner = 'mapping'

const selection = (expression: Expression<unknown>, name: string): SelectionNode =>
  SelectionNode.create(AliasNode.create(expression.toOperationNode(), IdentifierNode.create(name)))

interface Writing {
  readonly type: ColumnType
  readonly how: Held
  readonly codes: Codes | undefined
  readonly kind: SourceKind
}

/** How the column is written around the mapping. */
function writtenOf(column: string, { type, how, codes, kind }: Writing) {
  const bare = sql.ref(`${inner}.${column}`)
  const raw = isPlain(type, how, kind) ? bare : asText(bare, kind)
  if (codes !== undefined) return { isBare: false, raw, expression: translated(bare, codes, kind) }
  const expression = kind === 'sqlite' ? ofSqlite(bare, type) : raw
  return { isBare: expression === bare, raw, expression }
}

/** Whether the database compares the column with text or its own type by itself. */
function isPlain(declared: ColumnType, { type, native }: Held, kind: SourceKind): boolean {
  if (!isKeyLike(declared)) return true
  if (type === 'other') return false
  return kind !== 'postgresql' || type !== 'text' || plainText.test(native)
}

/** PostgreSQL's types of text; an enumeration of its own compares with its own labels only. */
const plainText = /^(text|character|varchar|bpchar|char|name|citext)\b/

const asText = (value: Expression<unknown>, kind: SourceKind): Expression<unknown> =>
  kind === 'mysql' ? sql`cast(${value} as char)` : sql`cast(${value} as text)`

/** A code that is not listed is marked, so that whoever reads it is told. */
function translated(value: Expression<unknown>, codes: Codes, kind: SourceKind) {
  const text = asText(value, kind)
  const compared = comparedExactly(text, kind)
  const cases = [...codes].filter(([raw]) => raw !== '*')
  const otherwise = codes.get('*')
  const mark = sql.lit(unlistedMark)
  const rest =
    otherwise !== undefined
      ? sql`case when ${value} is not null then ${sql.lit(otherwise)} end`
      : kind === 'mysql'
        ? sql`concat(${mark}, ${text})`
        : sql`${mark} || ${text}`
  if (cases.length === 0) return rest
  const whens = cases.map(([raw, ours]) => sql`when ${sql.lit(raw)} then ${sql.lit(ours)}`)
  return sql`case ${compared} ${sql.join(whens, sql` `)} else ${rest} end`
}

function comparedExactly(text: Expression<unknown>, kind: SourceKind): Expression<unknown> {
  switch (kind) {
    case 'mysql':
      return sql`${text} collate utf8mb4_bin`
    case 'sqlite':
      return sql`${text} collate binary`
    case 'postgresql':
      return text
  }
}

function ofSqlite(value: Expression<unknown>, type: ColumnType): Expression<unknown> {
  if (type.kind === 'instant') return sql`${sql.raw(sqliteFunctions.instant)}(${value})`
  if (type.kind !== 'decimal') return value
  const factor = sql.lit(10 ** type.scale)
  return sql`case typeof(${value}) when 'integer' then ${value} * ${factor} when 'real' then cast(round(${value} * ${factor}) as integer) else ${sql.raw(sqliteFunctions.scaled)}(${value}, ${sql.lit(type.scale)}) end`
}
