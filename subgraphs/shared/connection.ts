/**
 * Lists as Relay connections: one keyset page per statement, counts only when asked for, and the
 * pages of many parents in one statement. Works on any relation; must not know a business noun.
 */
import DataLoader from 'dataloader'
import type { Kysely } from 'kysely'
import { columnsOf, rowsFrom, sortedRowsFrom, type RowsQuery } from './columns.ts'
import {
  afterPosition,
  compareRows,
  cursorOf,
  orderColumns,
  positionOf,
  type Order,
  type Position,
} from './keyset.ts'
import { pageSize } from './limits.ts'
import { byArguments, eachSource, oneByKey } from './loader.ts'
import type { AnyDatabase, Relation, Where } from './relations.ts'
import { expectOneSource } from './sources/expect-one.ts'

export type { Order } from './keyset.ts'

/** What the arguments of a connection field say. */
export interface PageArgs {
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
}

export interface ListOptions extends PageArgs {
  readonly where?: Where | undefined
  readonly orderBy: Order
}

/** A Relay connection, as the schema's `…Connection` types have it. */
export interface Connection<Row> {
  readonly nodes: readonly Row[]
  /** Made when they are selected, for the sake of their cursors. */
  edges(): readonly { readonly node: Row; readonly cursor: string }[]
  pageInfo(): PageInfo
  /** Runs its own statement, so only when the field is selected. */
  totalCount(): Promise<number>
}

export interface PageInfo {
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  readonly startCursor: string | null
  readonly endCursor: string | null
}

type AnyRow = Readonly<Record<string, unknown>>

/** One page of a list. */
export async function page<DB, Name extends keyof DB & string>(
  db: Kysely<DB>,
  name: Name,
  relation: Relation,
  options: ListOptions,
): Promise<Connection<DB[Name]>> {
  const list = listOf(db, name, relation, options)
  const rows = await rowsAfter(list, list.position, list.size + 1)
  return connectionOf(list, rows, () => countAll(list)) as Connection<DB[Name]> // rows of `name`
}

interface List {
  readonly db: Kysely<AnyDatabase>
  readonly name: string
  readonly relation: Relation
  readonly order: Order
  readonly where: Where | undefined
  readonly size: number
  readonly position: Position | null
}

function listOf<DB>(
  db: Kysely<DB>,
  name: string,
  relation: Relation,
  { where, orderBy, first, after }: ListOptions,
): List {
  return {
    // One function serves every relation, so the statement is built without the database's type.
    db: db as unknown as Kysely<AnyDatabase>,
    name,
    relation,
    order: orderBy,
    where,
    size: pageSize(first),
    position: positionOf(after, relation, orderBy),
  }
}

const selectRows = (
  { db, name, relation, where }: List,
  query: RowsQuery = rowsFrom(db, relation, name),
): RowsQuery => (where === undefined ? query : query.where((eb) => where(eb)))

/** Rows with a sort value first, then those without: two statements, so that each uses its index. */
async function rowsAfter(list: List, position: Position | null, limit: number): Promise<AnyRow[]> {
  const { relation, order } = list
  const columns = orderColumns(relation, order)
  if (!hasNulls(list)) return await part(list, columns, position?.values ?? null, limit)

  const inNulls = position !== null && position.values[0] === null
  const withValue = inNulls
    ? []
    : await part(list, columns, position?.values ?? null, limit, 'is not')
  if (withValue.length >= limit) return withValue
  const keys = columns.slice(1)
  const after = inNulls ? position.values.slice(1) : null
  const without = await part(list, keys, after, limit - withValue.length, 'is')
  return [...withValue, ...without]
}

const hasNulls = ({ relation, order }: List): boolean =>
  relation.columns[order.column]?.nullable === true

async function part(
  list: List,
  columns: readonly string[],
  after: readonly unknown[] | null,
  limit: number,
  nulls?: 'is' | 'is not',
): Promise<AnyRow[]> {
  const { db, name, relation, order } = list
  const direction = lower(order.direction)
  let query = selectRows(list, sortedRowsFrom(db, relation, name, { columns, direction }))
  if (nulls !== undefined) query = query.where(`${name}.${order.column}`, nulls, null)
  if (after !== null) {
    const qualified = columns.map((column) => `${name}.${column}`)
    query = query.where((eb) => afterPosition(eb, qualified, after, order.direction))
  }
  return await query.limit(limit).execute()
}

const lower = (direction: 'ASC' | 'DESC') => (direction === 'ASC' ? 'asc' : 'desc')

async function countAll({ db, name, where }: List): Promise<number> {
  const query = db.selectFrom(name).select((eb) => eb.fn.countAll<number>().as('rows'))
  const counted = await (where === undefined ? query : query.where((eb) => where(eb))).execute()
  return counted[0]?.rows ?? 0
}

function connectionOf(
  { relation, order, size, position }: List,
  fetched: readonly AnyRow[],
  totalCount: () => Promise<number>,
): Connection<AnyRow> {
  const nodes = fetched.length > size ? fetched.slice(0, size) : fetched
  const cursor = (row: AnyRow) => cursorOf(row, relation, order)
  const [first, last] = [nodes[0], nodes.at(-1)]
  return {
    nodes,
    edges: () => nodes.map((node) => ({ node, cursor: cursor(node) })),
    pageInfo: () => ({
      hasNextPage: fetched.length > size,
      hasPreviousPage: position !== null,
      startCursor: first === undefined ? null : cursor(first),
      endCursor: last === undefined ? null : cursor(last),
    }),
    totalCount,
  }
}

/** Pages of the children of many parents: all parents of one tick share one statement. */
export interface ChildPages<Row> {
  load(parent: string): Promise<Connection<Row>>
  /** One page over the children of several parents, as if they were one parent. */
  loadMerged(parents: readonly string[]): Promise<Connection<Row>>
}

export interface ChildListOptions extends ListOptions {
  /** The column that holds the parent's key. */
  readonly parent: string
}

export function childPages<DB, Name extends keyof DB & string>(
  db: Kysely<DB>,
  name: Name,
  relation: Relation,
  { parent, ...options }: ChildListOptions,
): ChildPages<DB[Name]> {
  const list = listOf(db, name, relation, options)
  const parentOf = (row: AnyRow) => String(row[parent])
  /** The rows that the statement of a parent answered, of all its parents, in the order of the list. */
  const statementOf = new Map<string, readonly AnyRow[]>()
  const rows = new DataLoader<string, readonly AnyRow[]>(async (parents) => {
    const rowsOf = new Map<string, readonly AnyRow[] | Error>()
    for (const { keys, found, error } of await eachSource(parents, (some) =>
      rowsOfParents(list, parent, some),
    )) {
      for (const key of keys) {
        if (error !== null) rowsOf.set(key, error)
        else if (found !== null) statementOf.set(key, found)
      }
      for (const [key, own] of Map.groupBy(found ?? [], parentOf)) rowsOf.set(key, own)
    }
    return parents.map((key) => rowsOf.get(key) ?? [])
  })
  const counts = oneByKey(
    (parents) => countByParent(list, parent, parents),
    ({ key }) => key,
  )
  const countOf = async (parents: readonly string[]) => {
    const counted = await Promise.all(parents.map((key) => counts.load(key)))
    return counted.reduce((sum, count) => sum + (count?.rows ?? 0), 0)
  }
  const connection = (found: readonly AnyRow[], parents: readonly string[]) =>
    connectionOf(list, found, () => countOf(parents)) as Connection<DB[Name]> // rows of `name`
  const load = async (key: string) => connection(await rows.load(key), [key])
  const loadMerged = async (parents: readonly string[]) => {
    const [only] = parents
    if (only !== undefined && parents.length === 1) return await load(only)
    // The order of one list is that of one source.
    expectOneSource(db, () => selectRows({ ...list, where: ofParents(list, parent, parents) }))
    const pages = await Promise.all(parents.map((key) => rows.load(key)))
    const compare =
      byStatement(parents.map((key) => statementOf.get(key))) ?? compareRows(relation, list.order)
    return connection(pages.flat().toSorted(compare), parents)
  }
  return { load, loadMerged }
}

type CompareRows = (a: AnyRow, b: AnyRow) => number

const placesIn = new WeakMap<readonly AnyRow[], ReadonlyMap<AnyRow, number>>()

/** As one statement answered them: the database knows the order of its texts. Null if there were several. */
function byStatement([first, ...others]: readonly (
  readonly AnyRow[] | undefined
)[]): CompareRows | null {
  if (first === undefined || others.some((each) => each !== first)) return null
  let places = placesIn.get(first)
  if (places === undefined) {
    places = new Map(first.map((row, at) => [row, at]))
    placesIn.set(first, places)
  }
  const known = places
  const placeOf = (row: AnyRow) => known.get(row) ?? 0
  return (a, b) => placeOf(a) - placeOf(b)
}

/** One `childPages` per distinct arguments of a request. */
export const childPagesBy = <Args, Row>(
  make: (args: Args) => ChildPages<Row>,
): ((args: Args) => ChildPages<Row>) => byArguments(make)

/**
 * The first rows of each parent, in one statement that numbers the rows within their parent; all of
 * them in the order of the list.
 */
async function rowsOfParents(
  list: List,
  parent: string,
  parents: readonly string[],
): Promise<AnyRow[]> {
  const { db, name, relation, order, position } = list
  const [only] = parents
  if (parents.length === 1 && only !== undefined) {
    // A single parent pages by the index, however many children it has.
    return await rowsAfter(
      { ...list, where: ofParents(list, parent, [only]) },
      position,
      list.size + 1,
    )
  }
  const sorted = orderColumns(relation, order).map((column) => `${name}.${column}`)
  const numbered = selectRows(list)
    .where(`${name}.${parent}`, 'in', parents)
    .$if(position !== null, (query) =>
      query.where((eb) => afterWithNulls(eb, sorted, position?.values ?? [], list)),
    )
    .select((eb) =>
      eb.fn
        .agg<number>('row_number')
        .over((over) =>
          sorted.reduce(
            (by, column) => by.orderBy(column, lower(order.direction)),
            hasNulls(list)
              ? over
                  .partitionBy(`${name}.${parent}`)
                  .orderBy((by) => by(`${name}.${order.column}`, 'is', null))
              : over.partitionBy(`${name}.${parent}`),
          ),
        )
        .as('position'),
    )
  let query = db
    .selectFrom(numbered.as('numbered'))
    .select(columnsOf(relation, 'numbered'))
    .where('numbered.position', '<=', list.size + 1)
  if (hasNulls(list)) query = query.orderBy((eb) => eb(`numbered.${order.column}`, 'is', null))
  for (const column of orderColumns(relation, order)) {
    query = query.orderBy(`numbered.${column}`, lower(order.direction))
  }
  return await query.execute()
}

const ofParents =
  ({ name, where }: List, parent: string, keys: readonly string[]): Where =>
  (eb) => {
    const column = `${name}.${parent}`
    const own = keys.length === 1 ? eb(column, '=', keys[0]) : eb(column, 'in', keys)
    return where === undefined ? own : eb.and([own, where(eb)])
  }

const afterWithNulls = (
  eb: Parameters<Where>[0],
  columns: readonly string[],
  values: readonly unknown[],
  { order, ...list }: List,
) => {
  const [column = '', ...keys] = columns
  if (!hasNulls({ order, ...list })) return afterPosition(eb, columns, values, order.direction)
  const without = eb(column, 'is', null)
  return values[0] === null
    ? eb.and([without, afterPosition(eb, keys, values.slice(1), order.direction)])
    : eb.or([without, afterPosition(eb, columns, values, order.direction)])
}

async function countByParent(
  { db, name, where }: List,
  parent: string,
  parents: readonly string[],
): Promise<readonly { key: string; rows: number }[]> {
  const column = `${name}.${parent}`
  const query = db
    .selectFrom(name)
    .select((eb) => [eb.ref(column).as('key'), eb.fn.countAll<number>().as('rows')])
    .where(column, 'in', parents)
    .groupBy(column)
  const counted = await (where === undefined ? query : query.where((eb) => where(eb))).execute()
  return counted.map(({ key, rows }) => ({ key: String(key), rows }))
}
