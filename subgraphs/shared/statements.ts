/**
 * The statements of one database, kept by their shape: limited to the caller's rows, encoded and
 * compiled when a shape comes for the first time, and only filled with values from then on.
 * Must not know how a statement is run.
 */
import {
  SelectQueryNode,
  type CompiledQuery,
  type QueryCompiler,
  type QueryId,
  type RootOperationNode,
} from 'kysely'
import type { Encoded } from './comparison.ts'
import { rowReader, type ReadRow } from './decoded-rows.ts'
import type { Dialect } from './dialect.ts'
import { keyOfRights, type RowRights } from './row-rights.ts'
import { limitedTo, type MappedTables } from './relations-plugin.ts'
import type { Relations, RuleParameters } from './relations.ts'
import type { NamedSource } from './sources/named.ts'
import { shapeOf, Slot, ValueList, withSlots, type StatementShape } from './statement-shape.ts'

export interface StatementsOptions<Prepared> {
  readonly relations: Relations
  readonly dialect: Dialect
  readonly compiler: () => QueryCompiler
  /** Where relations are other than tables: the database is a company's own. */
  readonly tables?: MappedTables
  /** Which source of its system the database is, where they have names. */
  readonly source?: NamedSource | undefined
  /** What the database makes of a statement that is kept. */
  readonly prepare: (sql: string) => Prepared
}

/** A statement with its values, ready to run. */
export class Statement<Prepared> implements CompiledQuery {
  readonly query: RootOperationNode
  readonly queryId: QueryId
  readonly parameters: readonly unknown[]
  readonly #kept: Kept<Prepared>

  constructor(
    kept: Kept<Prepared>,
    given: Pick<CompiledQuery, 'query' | 'queryId' | 'parameters'>,
  ) {
    this.#kept = kept
    this.query = given.query
    this.queryId = given.queryId
    this.parameters = given.parameters
  }

  get sql(): string {
    return this.#kept.sql
  }
  get prepared(): Prepared {
    return this.#kept.prepared
  }
  /** The relations that it reads, those of row rules too. */
  get reads(): ReadonlySet<string> {
    return this.#kept.reads
  }

  /** Rows as arrays in the order of the statement, turned into what they are in TypeScript. */
  decode(rows: readonly (readonly unknown[])[]): Record<string, unknown>[] {
    return rows.map(this.#kept.read)
  }
}

interface Kept<Prepared> {
  readonly sql: string
  readonly prepared: Prepared
  /** What is bound at each place: a slot of a value, or a value of a row rule. */
  readonly parameters: readonly unknown[]
  readonly reads: ReadonlySet<string>
  readonly read: ReadRow
}

const maxOfGeneration = 300

export class Statements<Prepared> {
  readonly #options: StatementsOptions<Prepared>
  #recent = new Map<string, Kept<Prepared>>()
  #older: ReadonlyMap<string, Kept<Prepared>> = new Map()

  constructor(options: StatementsOptions<Prepared>) {
    this.#options = options
  }

  /** The statement as a caller with this limit on rows may run it. */
  compile(node: RootOperationNode, queryId: QueryId, rows: RowRights): Statement<Prepared> {
    if (!SelectQueryNode.is(node)) throw new TypeError('subgraphs only read: write a select')
    const shape = shapeOf(node)
    const kept = this.#keptFor(`${keyOfRights(rows)} ${shape.text}`, () =>
      this.#keep(node, queryId, rows),
    )
    const parameters = kept.parameters.map((each) => bound(each, shape.values, rows.own))
    return new Statement(kept, { query: node, queryId, parameters })
  }

  /** Two generations: what was not used while the newer one filled up is dropped with the older. */
  #keptFor(key: string, make: () => Kept<Prepared>): Kept<Prepared> {
    let kept = this.#recent.get(key)
    if (kept === undefined) {
      kept = this.#older.get(key) ?? make()
      if (this.#recent.size >= maxOfGeneration) {
        this.#older = this.#recent
        this.#recent = new Map()
      }
      this.#recent.set(key, kept)
    }
    return kept
  }

  #keep(node: SelectQueryNode, queryId: QueryId, rows: RowRights): Kept<Prepared> {
    const { relations, dialect, compiler, prepare, tables, source } = this.#options
    const encoded: Encoded = (value, encode) =>
      value instanceof Slot || value instanceof OwnValue
        ? new EncodedSlot(value, encode)
        : encode(value)
    // Callers share a statement that is guarded: their own values are bound when it runs.
    const own = Object.fromEntries(
      Object.entries(rows.own).map(([name]) => [name, [new OwnValue(name) as unknown as string]]), // a place for it
    )
    const options = { relations, dialect, tables, source, encoded, rows: { ...rows, own } }
    const { statement, columns, reads } = limitedTo(withSlots(node), options)
    if (columns.size !== node.selections?.length) {
      throw new TypeError('two result columns of a statement have one name')
    }
    const { sql, parameters } = compiler().compileQuery(statement, queryId)
    return { sql, parameters, reads, prepared: prepare(sql), read: rowReader(columns, dialect) }
  }
}

/** Stands for what is the caller's own, by name. */
class OwnValue {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** A slot whose value is compared with a column. */
class EncodedSlot {
  readonly slot: Slot | OwnValue
  readonly encode: (value: unknown) => unknown

  constructor(slot: Slot | OwnValue, encode: (value: unknown) => unknown) {
    this.slot = slot
    this.encode = encode
  }
}

function bound(parameter: unknown, values: StatementShape['values'], own: RuleParameters): unknown {
  if (parameter instanceof Slot) return parameter.of(values)
  if (parameter instanceof OwnValue) return own[parameter.name]?.[0] ?? null
  if (parameter instanceof ValueList) {
    return [...new Set(parameter.items.map((item) => bound(item, values, own)))]
  }
  if (parameter instanceof EncodedSlot) {
    return parameter.encode(bound(parameter.slot, values, own))
  }
  return parameter
}
