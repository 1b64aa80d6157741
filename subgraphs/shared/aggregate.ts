/**
 * Grouped sums and counts: one GROUP BY in the source, whatever the dimensions. Money is always
 * grouped by its currency as well, so no sum crosses currencies. Works on any relation; must not
 * know a business noun.
 */
import { expressionBuilder, sql, type AliasableExpression, type SelectQueryBuilder } from 'kysely'
import type { Calendar, Period, TimeBucket } from './calendar.ts'
import { bucketStart } from './dialect.ts'
import { AppError } from './errors.ts'
import type { Direction } from './keyset.ts'
import { capped, maxGroups, pageSize } from './limits.ts'
import { date, nullable, type AnyDatabase, type RuleBuilder, type Where } from './relations.ts'
import { typed } from './result-types.ts'

type AnyQuery = SelectQueryBuilder<AnyDatabase, string, Record<string, unknown>>

/** A dimension by time: the column is cut into buckets. */
export interface Bucketed {
  readonly bucketed: string
}

export const bucketOf = (column: string): Bucketed => ({ bucketed: column })

/** The columns a dimension groups by (`'relation.column'` or `'… as name'`), or a date to cut. */
export type Dimension = readonly string[] | Bucketed

const isBucketed = (dimension: Dimension): dimension is Bucketed => 'bucketed' in dimension

export interface Measure {
  readonly expression: (eb: RuleBuilder) => AliasableExpression<unknown>
  /** What "no row met the condition" means; undefined keeps it absent. */
  readonly none?: string
}

export const count = (): Measure => ({ expression: (eb) => eb.fn.countAll() })

export const countDistinct = (column: string): Measure => ({
  expression: (eb) => eb.fn.count(column).distinct(),
})

export const countIf = (condition: Where): Measure => ({
  expression: (eb) => eb.fn.count(eb.case().when(condition(eb)).then(sql.lit(1)).end()),
})

/** The exact sum of a column that every row has. */
export const sum = (column: string): Measure => ({
  expression: (eb) => eb.fn.sum(column),
  none: '0',
})

/** The exact sum of a column that every row has, over the rows that meet a condition. */
export const sumIf = (column: string, condition: Where): Measure => ({
  expression: (eb) => eb.fn.sum(eb.case().when(condition(eb)).then(eb.ref(column)).end()),
  none: '0',
})

/** The exact sum of a column that may be absent: absent when every row lacks it. */
export const sumOrNull = (column: string): Measure => ({ expression: (eb) => eb.fn.sum(column) })

/** The average of an integer column, over the rows that have it. */
export const average = (column: string): Measure => ({ expression: (eb) => eb.fn.avg(column) })

export const latest = (column: string): Measure => ({ expression: (eb) => eb.fn.max(column) })
export const earliest = (column: string): Measure => ({ expression: (eb) => eb.fn.min(column) })

export interface AggregateOrder<Name extends string> {
  readonly measure: Name
  readonly direction: Direction
}

export interface AggregateOptions<Dimensions extends string, Measures extends string> {
  /** `db.selectFrom(…)` with the joins that the dimensions need. */
  readonly from: unknown
  readonly where?: Where | undefined
  readonly dimensions: Readonly<Record<Dimensions, Dimension>>
  readonly groupBy: readonly Dimensions[]
  readonly bucket?: TimeBucket | null | undefined
  readonly calendar: Calendar
  /** The currency column of the measures, or null when none of them is money. */
  readonly currency: string | null
  readonly measures: Readonly<Record<Measures, Measure>>
  readonly orderBy?: AggregateOrder<NoInfer<Measures>> | null | undefined
  /** `'ALL'` for the groups of known keys: more than `maxAllGroups` is an error, never a cut. */
  readonly first?: number | 'ALL' | null | undefined
}

const maxAllGroups = 100_000

/** How many groups are answered; throws when `first` is no number of groups. */
export const groupLimit = (first: number | null | undefined): number =>
  Math.min(pageSize(first, 100), maxGroups)

/** One group: its dimensions' columns by name, its period, its currency and its measures. */
export type AggregateRow<Measures extends string> = Readonly<Record<string, unknown>> & {
  readonly period: Period | null
  readonly currency: string | null
} & { readonly [Name in Measures]: unknown }

export interface Aggregates<Row> {
  readonly rows: readonly Row[]
  /** Whether there are more groups than were asked for. */
  readonly truncated: boolean
}

const periodStart = 'periodStart'

export async function aggregate<Dimensions extends string, Measures extends string>(
  options: AggregateOptions<Dimensions, Measures>,
): Promise<Aggregates<AggregateRow<Measures>>> {
  const all = options.first === 'ALL'
  const size = options.first === 'ALL' ? maxAllGroups : groupLimit(options.first)
  const rows = await statementOf(options)
    .limit(size + 1)
    .execute()
  if (all) capped(rows, size, 'The groups of this answer')
  return {
    rows: rows.slice(0, size).map((row) => rowOf(row, options)),
    truncated: rows.length > size,
  }
}

function statementOf<D extends string, M extends string>(
  options: AggregateOptions<D, M>,
): AnyQuery {
  const { where, measures, orderBy, currency } = options
  // Any relation and any join of relations: built without the database's type.
  let query = options.from as AnyQuery
  if (where !== undefined) query = query.where((eb) => where(eb))
  const columns = groupColumns(options)
  if (currency !== null) columns.set('currency', currency)
  for (const [name, column] of columns) {
    query = query.select((eb) => eb.ref(column).as(name)).groupBy(column)
  }
  const bucketed = bucketedColumn(options)
  if (bucketed !== null) {
    query = query.select(typed(bucketed, nullable(date()), periodStart)).groupBy(bucketed)
  }
  for (const [name, measure] of Object.entries<Measure>(measures)) {
    query = query.select((eb) => measure.expression(eb).as(name))
  }
  // By the measure that was asked for, then by the dimensions, so that the order is stable.
  // The expressions stand here again: a result's name could be that of a column as well.
  if (orderBy) {
    const measure = measures[orderBy.measure].expression(measureBuilder)
    query = query
      .orderBy(sql`${measure} is null`)
      .orderBy(measure, orderBy.direction === 'ASC' ? 'asc' : 'desc')
  }
  for (const column of columns.values()) {
    query = query.orderBy(column, (item) => item.asc().nullsFirst())
  }
  return bucketed === null ? query : query.orderBy(bucketed, (item) => item.asc().nullsFirst())
}

const measureBuilder: RuleBuilder = expressionBuilder<AnyDatabase, string>()

/** Result name → column, of every dimension asked for that is not a time. */
function groupColumns<D extends string>({
  dimensions,
  groupBy,
}: Pick<AggregateOptions<D, never>, 'dimensions' | 'groupBy'>): Map<string, string> {
  const columns = new Map<string, string>()
  for (const name of groupBy) {
    const dimension: Dimension = dimensions[name]
    if (isBucketed(dimension)) continue
    for (const text of dimension) {
      const [column = text, alias] = text.split(' as ')
      columns.set(alias ?? column.slice(column.indexOf('.') + 1), column)
    }
  }
  return columns
}

function bucketedColumn<D extends string>({
  dimensions,
  groupBy,
  bucket,
  calendar,
}: Pick<AggregateOptions<D, never>, 'dimensions' | 'groupBy' | 'bucket' | 'calendar'>) {
  const bucketed = groupBy.map((name): Dimension => dimensions[name]).filter(isBucketed)
  const [only] = bucketed
  if (only === undefined) return null
  if (bucketed.length > 1) {
    throw new AppError('BAD_USER_INPUT', 'An aggregate is grouped by one time dimension at most.')
  }
  if (bucket === null || bucket === undefined) {
    throw new AppError(
      'BAD_USER_INPUT',
      'Grouping by a period needs "bucket": DAY, WEEK, MONTH, QUARTER or YEAR.',
      { details: { argument: 'bucket' } },
    )
  }
  return bucketStart(sql.ref(only.bucketed), bucket, calendar.fiscalYearStartMonth)
}

function rowOf<D extends string, M extends string>(
  row: Readonly<Record<string, unknown>>,
  { measures, bucket, calendar }: AggregateOptions<D, M>,
): AggregateRow<M> {
  const { [periodStart]: start } = row
  const filled = filledOf(row, measures)
  delete filled[periodStart]
  filled['period'] = typeof start === 'string' && bucket ? calendar.periodOf(bucket, start) : null
  return filled as unknown as AggregateRow<M> // built from the measures' own names
}

/** The row with what "no row" means. A measure that the source lacks stays an error where it is read. */
function filledOf(
  row: Readonly<Record<string, unknown>>,
  measures: Readonly<Record<string, Measure>>,
): Record<string, unknown> {
  const filled: Record<string, unknown> = { currency: null }
  try {
    Object.assign(filled, row)
  } catch {
    Object.defineProperties(filled, Object.getOwnPropertyDescriptors(row))
  }
  for (const [name, { none }] of Object.entries(measures)) {
    if (none === undefined) continue
    const property = Object.getOwnPropertyDescriptor(filled, name)
    if (property?.value === null) filled[name] = none
  }
  return filled
}
