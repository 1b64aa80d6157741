/**
 * Typed filters: a filter input of the schema becomes one condition over a relation's columns.
 * `and`, `or`, `not` and `source` are built in; a field the declaration does not know is refused.
 * Must not know a business noun.
 */
import type { Expression, SqlBool } from 'kysely'
import type { DateRange } from './calendar.ts'
import { ofSource, position } from './dialect.ts'
import { AppError } from './errors.ts'
import { maxListValues } from './limits.ts'
import type { RuleBuilder, Where } from './relations.ts'

export interface IdFilter {
  readonly eq?: string | null
  readonly in?: readonly string[] | null
}

export interface DecimalFilter {
  readonly gte?: string | null
  readonly lte?: string | null
}

export interface MoneyFilter extends DecimalFilter {
  readonly currency: string
}

/** One field of a filter: its value to a condition. */
export type FilterField<Value = never> = (eb: RuleBuilder, value: Value) => Expression<SqlBool>

export type FilterFields = Readonly<Record<string, FilterField>>

/** A filter input, as graphql-js hands it over. */
export type FilterInput = Readonly<Record<string, unknown>>

const combinators = new Set(['and', 'or', 'not'])

/** The condition a filter input states, or undefined when it states none. */
export function filterFor(
  fields: FilterFields,
): (input: object | null | undefined) => Where | undefined {
  return (input) => {
    if (input === null || input === undefined || Object.keys(input).length === 0) return undefined
    return (eb) => conditionOf(eb, fields, input as FilterInput)
  }
}

function conditionOf(
  eb: RuleBuilder,
  fields: FilterFields,
  input: FilterInput,
): Expression<SqlBool> {
  const parts: Expression<SqlBool>[] = []
  for (const [name, value] of Object.entries(input)) {
    if (value === null || value === undefined) continue
    if (combinators.has(name)) {
      parts.push(combined(eb, fields, name, value))
      continue
    }
    const field = fields[name] ?? (name === 'source' ? bySource : undefined)
    if (field === undefined) {
      throw new AppError('BAD_USER_INPUT', `This list cannot be filtered by "${name}".`)
    }
    parts.push(field(eb, value as never)) // graphql-js has checked the value against the schema
  }
  return eb.and(parts)
}

function combined(
  eb: RuleBuilder,
  fields: FilterFields,
  name: string,
  value: unknown,
): Expression<SqlBool> {
  if (name === 'not') {
    // A condition on an absent value is unknown in SQL, and so would be its negation: rows without
    // the value do not meet the condition, so they meet its negation.
    const inner = conditionOf(eb, fields, value as FilterInput)
    return eb.not(eb.fn.coalesce(eb.parens(inner), eb.lit(false)))
  }
  const inner = (value as readonly FilterInput[]).map((input) => conditionOf(eb, fields, input))
  return name === 'and' ? eb.and(inner) : eb.or(inner)
}

/** The name of a source, where a system has several. */
export const bySource: FilterField<string> = (_, name) => ofSource(name)

/** `{ eq, in }` on a key column. */
export const byId =
  (column: string): FilterField<IdFilter> =>
  (eb, { eq, in: list }) => {
    const parts: Expression<SqlBool>[] = []
    if (eq !== null && eq !== undefined) parts.push(eb(column, '=', eq))
    if (list !== null && list !== undefined) parts.push(inList(column)(eb, list))
    return eb.and(parts)
  }

/** A list of values, one of which the column must have; an empty list matches nothing. */
export const inList =
  (column: string): FilterField<readonly unknown[]> =>
  (eb, values) => {
    if (values.length > maxListValues) {
      throw new AppError(
        'BAD_USER_INPUT',
        `A filter takes at most ${maxListValues} values, but got ${values.length}.`,
      )
    }
    return eb(column, 'in', values)
  }

export const equals =
  (column: string): FilterField<unknown> =>
  (eb, value) =>
    eb(column, '=', value)

/** `{ from, to }` on a date column, both ends included. */
export const dateRange =
  (column: string): FilterField<DateRange> =>
  (eb, { from, to }) =>
    between(eb, column, from, to)

/** `{ gte, lte }` on a decimal column. */
export const decimalRange =
  (column: string): FilterField<DecimalFilter> =>
  (eb, { gte, lte }) =>
    between(eb, column, gte, lte)

/** `{ currency, gte, lte }` on an amount and its currency column. */
export const moneyRange =
  (column: string, currencyColumn: string): FilterField<MoneyFilter> =>
  (eb, { currency, gte, lte }) =>
    eb.and([eb(currencyColumn, '=', currency), between(eb, column, gte, lte)])

/** Text that the column contains, letters of either case. */
export const contains =
  (column: string): FilterField<string> =>
  (eb, value) =>
    eb(position(eb.fn('lower', [column]), eb.val(value.toLowerCase())), '>', eb.lit(0))

/** A Boolean that keeps the rows which meet the condition, or the others. */
export const flag =
  (condition: Where): FilterField<boolean> =>
  (eb, wanted) =>
    wanted ? condition(eb) : eb.not(eb.fn.coalesce(eb.parens(condition(eb)), eb.lit(false)))

export const custom = <Value>(field: FilterField<Value>): FilterField<Value> => field

function between(
  eb: RuleBuilder,
  column: string,
  low: string | null | undefined,
  high: string | null | undefined,
): Expression<SqlBool> {
  const parts: Expression<SqlBool>[] = []
  if (low !== null && low !== undefined) parts.push(eb(column, '>=', low))
  if (high !== null && high !== undefined) parts.push(eb(column, '<=', high))
  return eb.and(parts)
}

/** Conditions joined, leaving out those that state nothing. */
export function allOf(...conditions: readonly (Where | undefined)[]): Where | undefined {
  const stated = conditions.filter((condition) => condition !== undefined)
  return stated.length === 0 ? undefined : (eb) => eb.and(stated.map((condition) => condition(eb)))
}

/** Replaces a key filter by another one, at every depth of a filter. */
export type IdRewrite = (values: readonly string[]) => Promise<FilterInput>

/** Rewrites key filters on foreign ids into filters on own keys, at every depth. */
export async function rewriteIds(
  input: object | null | undefined,
  rewrites: Readonly<Record<string, IdRewrite>>,
): Promise<FilterInput | undefined> {
  if (input === null || input === undefined) return undefined
  const parts = await Promise.all(
    Object.entries(input).map(async ([name, value]): Promise<FilterInput> => {
      const rewrite = rewrites[name]
      if (name === 'not')
        return { not: (await rewriteIds(value as object | null, rewrites)) ?? null }
      if ((name === 'and' || name === 'or') && Array.isArray(value)) {
        return {
          [name]: await Promise.all(value.map((each: object) => rewriteIds(each, rewrites))),
        }
      }
      if (rewrite === undefined || value === null || value === undefined) return { [name]: value }
      return await rewrite(valuesOf(value as IdFilter))
    }),
  )
  return { and: parts }
}

const valuesOf = ({ eq, in: list }: IdFilter): readonly string[] => {
  if (eq === null || eq === undefined) return list ?? []
  return list === null || list === undefined || list.includes(eq) ? [eq] : []
}
