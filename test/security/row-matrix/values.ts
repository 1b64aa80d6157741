/**
 * Values for the arguments that must be given: written by their name and type, or taken from the demo
 * data by plain SQL. An argument of a kind that is not here is an error: its field could not be asked.
 */
import { isRequiredArgument, type GraphQLArgument, type GraphQLObjectType } from 'graphql'
import type { Graph } from '../../support/graph.ts'
import type { WriteArguments } from './selection.ts'
import type { Field } from './shapes.ts'

/** The rows of one page below a root. */
const nestedRows = 3

/** All days of the demo data. */
const always = '{ from: "2000-01-01", to: "2099-12-31" }'

/** `name: Type` → its literal. */
export function argumentValues(graph: Graph): ReadonlyMap<string, string> {
  const one = (database: string, sql: string) =>
    JSON.stringify(String(Object.values(graph.sql(database, sql)[0] ?? {})[0]))
  const asOf = one('erp', `SELECT value FROM isthmus_meta WHERE key = 'asOf'`)
  const currency = one('erp', 'SELECT currency FROM sales_order GROUP BY 1 ORDER BY count(*) DESC')
  const other = one(
    'finance',
    `SELECT fromCurrency FROM exchange_rate WHERE toCurrency = ${sqlText(currency)}`,
  )
  return new Map([
    ['range: DateRange!', always],
    ['filter: LedgerFilter!', `{ posted: ${always} }`],
    ['filter: BudgetFilter!', `{ posted: ${always} }`],
    ['currency: CurrencyCode!', currency],
    ['from: CurrencyCode!', other],
    ['to: CurrencyCode!', currency],
    ['quantity: Decimal!', '"100000"'],
    ['orderValue: MoneyInput!', `{ amount: "1000", currency: ${currency} }`],
    ['year: Int!', JSON.parse(asOf).slice(0, 4)],
    ['period: ID!', one('finance', 'SELECT max(periodKey) FROM commission_statement')],
  ])
}

const sqlText = (json: string) => `'${String(JSON.parse(json))}'`

/** Writes what must be given, and how many rows where a field can be told that. */
export const argumentsWriter =
  (values: ReadonlyMap<string, string>): WriteArguments =>
  (parent, field, given = {}) => {
    const written = field.args.flatMap((argument) => {
      const { name } = argument
      if (given[name] !== undefined) return [`${name}: ${given[name]}`]
      if (name === 'first') return [`first: ${nestedRows}`]
      return isRequiredArgument(argument)
        ? [`${name}: ${valueOf(parent, field, argument, values)}`]
        : []
    })
    return written.length === 0 ? '' : `(${written.join(', ')})`
  }

function valueOf(
  { name: parent }: GraphQLObjectType,
  { name: field }: Field,
  { name, type }: GraphQLArgument,
  values: ReadonlyMap<string, string>,
): string {
  const value = values.get(`${name}: ${String(type)}`)
  if (value === undefined)
    throw new Error(
      `no value for ${parent}.${field}(${name}: ${String(type)}): add it to test/security/row-matrix/values.ts`,
    )
  return value
}
