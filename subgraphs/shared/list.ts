/**
 * A list of the schema, declared once: which relation, which filter, which sorts. The same
 * declaration serves the root list and the lists of children. Must not know a business noun.
 */
import type { Kysely } from 'kysely'
import {
  childPages,
  page,
  type ChildPages,
  type Connection,
  type Order,
  type PageArgs,
} from './connection.ts'
import { allOf } from './filter.ts'
import type { Direction } from './keyset.ts'
import type { Relation, Where } from './relations.ts'

/** The arguments of a list field. */
export interface ListArgs extends PageArgs {
  readonly filter?: object | null | undefined
  readonly orderBy?: { readonly field: string; readonly direction: Direction } | null | undefined
}

export interface ListDeclaration {
  readonly filter: (input: object | null | undefined) => Where | undefined
  /** Sort enum value → column. */
  readonly sorts: Readonly<Record<string, string>>
  /** The order when none is asked for. */
  readonly order: Order
}

export interface List<DB, Row> {
  page(db: Kysely<DB>, args: ListArgs, where?: Where): Promise<Connection<Row>>
  /** The pages of many parents; make one per request and arguments. */
  children(db: Kysely<DB>, parent: string, args: ListArgs, where?: Where): ChildPages<Row>
}

export function listOf<DB, Name extends keyof DB & string>(
  name: Name,
  relation: Relation,
  { filter, sorts, order }: ListDeclaration,
): List<DB, DB[Name]> {
  const options = (args: ListArgs, where: Where | undefined) => ({
    where: allOf(filter(args.filter), where),
    orderBy: orderOf(args, sorts, order),
    first: args.first,
    after: args.after,
  })
  return {
    page: (db, args, where) => page(db, name, relation, options(args, where)),
    children: (db, parent, args, where) =>
      childPages(db, name, relation, { parent, ...options(args, where) }),
  }
}

function orderOf({ orderBy }: ListArgs, sorts: ListDeclaration['sorts'], order: Order): Order {
  if (!orderBy) return order
  const column = sorts[orderBy.field]
  if (column === undefined) throw new TypeError(`sort ${orderBy.field} has no column`)
  return { column, direction: orderBy.direction }
}
