/**
 * Roots held against plain SQL: a list has exactly the rows of the table, a key finds the row or nothing,
 * sums are those of the table.
 */
import {
  getNamedType,
  isLeafType,
  isObjectType,
  type ExecutionResult,
  type GraphQLObjectType,
} from 'graphql'
import { amountScale, quantityScale } from '#shared/relations.ts'
import type { Graph, SqlRow } from '../../support/graph.ts'
import type { FindKeys, Variables } from './keys.ts'
import { keyedDocument, keysOfRoot } from './questions.ts'
import type { SelectionOptions } from './selection.ts'
import { fieldsOf, isConnection, isGroups, isList, rowType, type Field } from './shapes.ts'
import { keyColumns, sumsOf, tableOf } from './tables.ts'

type Asked = (document: string, variables?: Variables) => Promise<ExecutionResult>

export interface RootCheck {
  readonly root: string
  /** What is wrong, null when nothing is. `belongs` holds what the caller may see. */
  problem(asked: Asked, data: RootCheckData): Promise<string | null>
}

export interface RootCheckData {
  readonly whole: Graph
  readonly belongs: Graph
  readonly findKeys: FindKeys
}

export interface RootCheckOptions extends SelectionOptions {
  /** Pages of a thousand rows that are read of a list. */
  readonly maxPages: number
}

/** Every root that shows rows of a table has one; what shows none is compared by its paths alone. */
export function rootChecks(
  query: GraphQLObjectType,
  graph: Graph,
  options: RootCheckOptions,
): readonly RootCheck[] {
  return fieldsOf(query)
    .filter(({ name }) => !options.without.has(`Query.${name}`))
    .flatMap((field): readonly RootCheck[] => {
      const type = getNamedType(field.type)
      if (!isObjectType(type)) return []
      if (isGroups(type)) return [groupsCheck(query, field, rowType(type), options)]
      if (isConnection(type)) return [listCheck(field, rowType(type), graph, options.maxPages)]
      const keys = keysOfRoot(field)
      if (keys.length > 0) return keys.flatMap((key) => keyCheck(field, type, key))
      return isList(field.type) && hasRows(type) ? [listCheck(field, type, graph, null)] : []
    })
}

/** A period of the calendar is a value that is computed, and no row. */
const hasRows = (type: GraphQLObjectType): boolean => type.name !== 'Period'

/** `maxPages` is null for a list that comes whole. */
function listCheck(
  field: Field,
  type: GraphQLObjectType,
  graph: Graph,
  maxPages: number | null,
): RootCheck {
  const { database, table } = tableOf(type.name)
  const key = graph
    .sql(database, `SELECT name FROM pragma_table_info('${table}') WHERE pk > 0 ORDER BY pk`)
    .map(({ name }) => String(name))
  for (const name of key) {
    if (!(name in type.getFields()))
      throw new Error(`${type.name} has no field "${name}", which is the key of ${table}`)
  }
  const rows = `{ ${key.join(' ')} }`
  return {
    root: field.name,
    problem: async (asked, { belongs }) => {
      const found =
        maxPages === null
          ? await wholeList(field.name, rows, asked)
          : await pagesOf(field.name, rows, { asked, maxPages })
      const expected = belongs.sql(database, `SELECT ${key.join(', ')} FROM ${table}`)
      if (found.total !== null && found.total !== expected.length)
        return `counts ${found.total} rows, SQL ${expected.length}`
      const own = new Set(expected.map(textOf))
      const shown = new Set(found.rows.map(textOf))
      const other = [...shown].find((row) => !own.has(row))
      if (other !== undefined) return `shows ${other}`
      if (shown.size !== found.rows.length) return 'shows a row twice'
      return found.isCut || shown.size === own.size
        ? null
        : `shows ${shown.size} rows, SQL ${own.size}`
    },
  }
}

type Row = Readonly<Record<string, unknown>>

interface Shown {
  readonly rows: readonly Row[]
  readonly total: number | null
  readonly isCut: boolean
}

async function wholeList(root: string, rows: string, asked: Asked): Promise<Shown> {
  const { data, errors } = await asked(`{ ${root} ${rows} }`)
  const list = data?.[root] as readonly Row[] | null | undefined // a list of what was asked for
  if (!list) throw new Error(`${root}: ${errors?.[0]?.message ?? 'no list'}`)
  return { rows: list, total: null, isCut: false }
}

async function pagesOf(
  root: string,
  rows: string,
  { asked, maxPages }: { readonly asked: Asked; readonly maxPages: number },
): Promise<Shown> {
  const document = `query ($after: String) { ${root}(first: 1000, after: $after) {
    totalCount nodes ${rows} pageInfo { hasNextPage endCursor } } }`
  const found: Row[] = []
  for (let after: string | null = null, pages = 1; ; pages += 1) {
    const { data, errors } = await asked(document, { after })
    const page = data?.[root] as Page | null | undefined // what was asked for
    if (!page) throw new Error(`${root}: ${errors?.[0]?.message ?? 'no page'}`)
    found.push(...page.nodes)
    const { hasNextPage } = page.pageInfo
    if (!hasNextPage || pages === maxPages)
      return { rows: found, total: page.totalCount, isCut: hasNextPage }
    after = page.pageInfo.endCursor
  }
}

interface Page {
  readonly totalCount: number
  readonly nodes: readonly Row[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
}

const textOf = (row: Row | SqlRow): string => Object.values(row).map(String).join(' ')

/** A key of another table is not a row of this one, so whether it finds something is not known here. */
function keyCheck(field: Field, type: GraphQLObjectType, key: readonly string[]): RootCheck[] {
  if (!keyColumns(type.name, key).isOwn) return []
  const document = keyedDocument(field, key, `{ ${key.join(' ')} }`)
  return [
    {
      root: `${field.name}(${key.join(', ')})`,
      problem: async (asked, { findKeys }) => {
        const { own, others } = findKeys(type.name, key)
        for (const row of [...own, ...others]) {
          const { data, errors } = await asked(document, row)
          const found = (data?.[field.name] ?? null) as Row | null // one row of what was asked for
          const isOwn = own.includes(row)
          if (errors !== undefined) return `${textOf(row)}: ${errors[0]?.message}`
          if (isOwn !== (found !== null))
            return `${textOf(row)} is ${isOwn ? 'own, and not' : 'not own, and'} found`
          if (found !== null && textOf(found) !== textOf(row))
            return `${textOf(row)} finds ${textOf(found)}`
        }
        return null
      },
    },
  ]
}

function groupsCheck(
  query: GraphQLObjectType,
  field: Field,
  type: GraphQLObjectType,
  options: SelectionOptions,
): RootCheck {
  const { database, sql } = sumsOf(field.name)
  return {
    root: field.name,
    problem: async (asked, { whole, belongs }) => {
      const expected = belongs.sql(database, sql)
      // The whole has rows, so that it tells the columns.
      const [names = []] = whole.sql(database, sql).map((row) => Object.keys(row))
      const selected = names.map((name) => {
        const inner = type.getFields()[name]
        if (inner === undefined) throw new Error(`${type.name} has no field "${name}"`)
        return isLeafType(getNamedType(inner.type)) ? name : `${name} { amount }`
      })
      const written = options.write(query, field, { groupBy: '[]', first: '1000' })
      const { data, errors } = await asked(
        `{ ${field.name}${written} { rows { ${selected.join(' ')} } } }`,
      )
      if (errors !== undefined) return errors[0]?.message ?? 'it failed'
      const groups = data?.[field.name] as { rows: readonly Row[] } | null | undefined // as asked
      return problemOfSums(groups?.rows ?? [], expected)
    },
  }
}

/** Compares what groups say with one row of SQL for each currency. */
function problemOfSums(groups: readonly Row[], expected: readonly SqlRow[]): string | null {
  const sums = new Map<string, bigint>()
  const add = (currency: unknown, name: string, value: bigint, sign: bigint) => {
    const key = `${name} ${typeof currency === 'string' ? currency : ''}`
    sums.set(key, (sums.get(key) ?? 0n) + sign * value)
  }
  for (const { currency, ...measures } of groups)
    for (const [name, value] of Object.entries(measures)) add(currency, name, exact(value), 1n)
  for (const { currency, ...measures } of expected)
    for (const [name, value] of Object.entries(measures))
      add(currency, name, BigInt(value ?? 0), -1n)
  const wrong = [...sums].find(([, difference]) => difference !== 0n)
  return wrong === undefined ? null : `${wrong[0]} differs from SQL by ${wrong[1]}`
}

/** A count as it is, an amount in ten-thousandths, a quantity in thousandths: as the tables keep them. */
function exact(value: unknown): bigint {
  if (value === null) return 0n
  if (typeof value === 'number') return BigInt(value)
  return typeof value === 'string'
    ? scaled(value, quantityScale)
    : scaled((value as { amount: string }).amount, amountScale) // Money
}

function scaled(text: string, scale: number): bigint {
  const [whole = '', fraction = ''] = text.split('.')
  if (/[1-9]/.test(fraction.slice(scale))) throw new Error(`${text} has more than ${scale} places`)
  return BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'))
}
