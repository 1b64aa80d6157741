/**
 * The declaration of relations: the named, typed sets of rows that resolvers and SQL speak of.
 * Purpose: say once which columns a relation has, what type each is, which of them sort by index,
 * and which rows a row-limited principal may see. Must not know any database, table or business noun.
 *
 * In the embedded database a relation is a table of the same name; against another database it is
 * one SELECT that yields the same columns. Nothing above this declaration can tell the difference.
 */
import type { ExpressionBuilder, Expression, SqlBool } from 'kysely'
import type { Origin } from './sources/origin.ts'

/** How a column's values look in TypeScript and how they are checked before they are bound. */
export type ColumnType = DeclaredType & {
  /** Where the values come from in a company's own database; absent in the embedded one. */
  readonly origin?: Origin
  /** What the ids of this source begin with in the graph, and not in the source: `tw:`. */
  readonly prefix?: string
}

/** Whether it is text to us, which a company's own database may keep as something else. */
export const isKeyLike = ({ kind }: ColumnType): boolean =>
  kind === 'id' || kind === 'text' || kind === 'enum'

type DeclaredType =
  /** A key. Text, compared exactly, never a number in GraphQL or TypeScript. */
  | { readonly kind: 'id' }
  | { readonly kind: 'text' }
  /** A whole number that fits a JavaScript number (counts, levels, line numbers, days). */
  | { readonly kind: 'integer' }
  /** An exact decimal: text in TypeScript, a scaled INTEGER in SQLite, NUMERIC elsewhere. */
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'boolean' }
  /** A calendar date, `YYYY-MM-DD`, in the company's time zone. */
  | { readonly kind: 'date' }
  /** A moment, `YYYY-MM-DDTHH:MM:SSZ`, always UTC. */
  | { readonly kind: 'instant' }
  /** A code out of a closed set. */
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  /** A computed average; no relation stores one. */
  | { readonly kind: 'float' }

/** A key of a type of the graph: `Employee.employeeNo`. */
export type EntityKey = `${string}.${string}`

export interface Column<Value = unknown> {
  readonly type: ColumnType
  readonly nullable: boolean
  /** Whose key its values are, wherever the rows of that type are kept; absent in its own rows. */
  readonly refersTo?: EntityKey
  /** Only for inference: never set. */
  readonly value?: Value
}

const column = <Value>(type: ColumnType): Column<Value> => ({ type, nullable: false })

/** A key: of the row itself, or of the entity that it refers to. */
export const id = (of?: EntityKey): Column<string> => ({
  ...column({ kind: 'id' }),
  ...(of !== undefined && { refersTo: of }),
})
export const text = (): Column<string> => column({ kind: 'text' })
export const integer = (): Column<number> => column({ kind: 'integer' })
export const boolean = (): Column<boolean> => column({ kind: 'boolean' })
export const date = (): Column<string> => column({ kind: 'date' })
export const instant = (): Column<string> => column({ kind: 'instant' })
export const oneOf = <const V extends readonly string[]>(values: V): Column<V[number]> =>
  column({ kind: 'enum', values })
export const decimal = (precision: number, scale: number): Column<string> =>
  column({ kind: 'decimal', precision, scale })

/** The places of an amount of money: one more than the smallest minor unit, as systems keep it. */
export const amountScale = 4
/** An amount of money; its currency stands in another column of the same row. */
export const amount = (): Column<string> => decimal(18, amountScale)
/** A price or cost of one unit, which may be finer than the currency's own places. */
export const unitPrice = (): Column<string> => decimal(18, 6)
/** The places of a measured quantity. */
export const quantityScale = 3
/** A measured quantity; its unit stands in another column of the same row. */
export const quantity = (): Column<string> => decimal(18, quantityScale)
/** A percentage or rate, as a plain number of percent or as a factor, as the column says. */
export const rate = (): Column<string> => decimal(18, 6)

/** An average of days, hours or counts. Only for computed columns: money is never a float. */
export const float = (): Column<number> => column({ kind: 'float' })

export const nullable = <Value>(of: Column<Value>): Column<Value | null> => ({
  type: of.type,
  nullable: true,
  ...(of.refersTo !== undefined && { refersTo: of.refersTo }),
})

/**
 * The facts a row rule may use, by name. A value set carries at most `maxRuleValues` members;
 * a name that is absent means the principal has no such fact, and the rule yields nothing.
 */
export type RuleParameters = Readonly<Record<string, readonly string[]>>

/** A database whose relations are not known by type: what code for every relation works with. */
export type AnyDatabase = Record<string, Record<string, unknown>>

// Row rules are written against one relation but may look into others of the same database
// (a line belongs to whom its order belongs to), so they get Kysely's loosest builder.
export type RuleBuilder = ExpressionBuilder<AnyDatabase, string>

/** A condition on rows, as filters and lists pass it on. */
export type Where = (eb: RuleBuilder) => Expression<SqlBool>

/**
 * Which rows of a relation a principal limited by this rule may see: `'ALL'` (not personal: a
 * price list) or a predicate over the relation's columns. `relation` is the alias to qualify with.
 */
export type RowRule =
  'ALL' | ((eb: RuleBuilder, parameters: RuleParameters, relation: string) => Expression<SqlBool>)

export interface Relation<Columns extends Record<string, Column> = Record<string, Column>> {
  readonly description: string
  /** The type of the graph whose rows these are: other relations refer to it by its keys. */
  readonly entity?: string
  readonly columns: Columns
  /** The columns that identify a row, in order. The last one breaks ties when a list is sorted. */
  readonly key: readonly (keyof Columns & string)[]
  /** Column lists by which the source finds and sorts rows from an index, besides the key. */
  readonly indexes?: readonly (readonly (keyof Columns & string)[])[]
  /** By the name of the rule; a row-limited principal sees nothing of a relation without its rule. */
  readonly rules?: Readonly<Record<string, RowRule>>
  /** A rule for everybody who lacks a scope, whether their rows are limited otherwise or not. */
  readonly guard?: RowGuard
}

/**
 * Rows that belong to somebody: who holds one of the scopes sees all of them, everybody else those
 * that the rule shows. Its parameters are what the owning systems say of the caller: `loginId`,
 * `employeeNo` and `departmentCode`, one value each or none.
 */
export interface RowGuard {
  readonly unless: readonly string[]
  readonly rule: Exclude<RowRule, 'ALL'>
}

export type Relations = Readonly<Record<string, Relation>>

/** Keeps the literal types, so that `Database<typeof relations>` knows every column. */
export const defineRelations = <const Declared extends Relations>(declared: Declared): Declared =>
  declared

type ValueOf<C> = C extends Column<infer Value> ? Value : never

/** One row of a relation, as TypeScript sees it. */
export type RowOf<R extends Relation> = {
  -readonly [Name in keyof R['columns'] & string]: ValueOf<R['columns'][Name]>
}

/** The database type that Kysely builds statements against. */
export type Database<R extends Relations> = {
  -readonly [Name in keyof R & string]: RowOf<R[Name]>
}

/**
 * The rule "the value of `column` is one of the principal's `parameter`": own customer numbers,
 * own supplier number, own department.
 */
export const isOneOf =
  (columnName: string, parameter: string): Exclude<RowRule, 'ALL'> =>
  (eb, parameters, relation) => {
    const values = parameters[parameter] ?? []
    return values.length === 0 ? eb.lit(false) : eb(`${relation}.${columnName}`, 'in', [...values])
  }

/**
 * The rule "the row belongs to a parent row that the principal sees". The parent's own rule is
 * put around it by the same mechanism, so it is not repeated here, and it serves every rule.
 */
export const belongsTo =
  (parent: string, on: Readonly<Record<string, string>>): RowRule =>
  (eb, _parameters, relation) =>
    eb.exists(
      Object.entries(on).reduce(
        (query, [own, theirs]) => query.whereRef(`${relation}.${own}`, '=', `${parent}.${theirs}`),
        eb.selectFrom(parent).select(eb.lit(1).as('one')),
      ),
    )
