/**
 * All columns of a relation, and the statement that reads them, made once: they are most of many a
 * statement. Must not know a business noun.
 */
import {
  type AliasedExpression,
  ColumnNode,
  createQueryId,
  createSelectQueryBuilder,
  FromNode,
  type Kysely,
  OrderByItemNode,
  OrderByNode,
  RawNode,
  ReferenceNode,
  type SelectQueryBuilder,
  SelectionNode,
  SelectQueryNode,
  TableNode,
} from 'kysely'
import type { AnyDatabase, Relation } from './relations.ts'
import { fixedPart } from './statement-shape.ts'

type Columns = readonly AliasedExpression<unknown, string>[]

export type RowsQuery = SelectQueryBuilder<AnyDatabase, string, Record<string, unknown>>

/** Something made once for each relation and a name. */
function madeOnce<Made>(make: (relation: Relation, name: string) => Made) {
  const made = new WeakMap<Relation, Map<string, Made>>()
  return (relation: Relation, name: string): Made => {
    let ofRelation = made.get(relation)
    if (ofRelation === undefined) made.set(relation, (ofRelation = new Map()))
    let known = ofRelation.get(name)
    if (known === undefined) ofRelation.set(name, (known = make(relation, name)))
    return known
  }
}

/** The columns as they are called under `alias`, which is the relation's name or that of a subquery. */
export const columnsOf = madeOnce((relation, alias): Columns =>
  Object.keys(relation.columns).map((column) => columnOf(column, alias)),
)

function columnOf(column: string, alias: string): Columns[number] {
  const node = fixedPart(ReferenceNode.create(ColumnNode.create(column), TableNode.create(alias)))
  // A plain column needs no alias; `select` looks at the node only.
  return { alias: column, toOperationNode: () => node } as unknown as Columns[number]
}

/** `select` all columns `from` a relation, for more to be said: as `db.selectFrom(…).select(…)` makes it. */
export const rowsFrom = (db: Kysely<AnyDatabase>, relation: Relation, name: string): RowsQuery =>
  begunWith(db, wholeRows(relation, name))

/** The same, and `order by` columns of the relation, all of them in one direction. */
export const sortedRowsFrom = (
  db: Kysely<AnyDatabase>,
  relation: Relation,
  name: string,
  {
    columns,
    direction,
  }: { readonly columns: readonly string[]; readonly direction: SortDirection },
): RowsQuery => begunWith(db, sortedRows(relation, name, columns, direction))

type SortDirection = 'asc' | 'desc'

const begunWith = (db: Kysely<AnyDatabase>, queryNode: SelectQueryNode): RowsQuery =>
  createSelectQueryBuilder({ queryId: createQueryId(), queryNode, executor: db.getExecutor() })

const wholeRows = madeOnce((relation, name): SelectQueryNode => {
  const columns = columnsOf(relation, name).map((each) =>
    SelectionNode.create(each.toOperationNode()),
  )
  return {
    ...SelectQueryNode.create(),
    from: fixedPart(FromNode.create([TableNode.create(name)])),
    selections: fixedPart(columns),
  }
})

const sortings = madeOnce(() => new Map<string, SelectQueryNode>())

function sortedRows(
  relation: Relation,
  name: string,
  columns: readonly string[],
  direction: SortDirection,
): SelectQueryNode {
  const made = sortings(relation, name)
  const sorting = [direction, ...columns].join(' ')
  const known = made.get(sorting)
  if (known !== undefined) return known
  const items = columns.map((column) =>
    OrderByItemNode.create(
      ReferenceNode.create(ColumnNode.create(column), TableNode.create(name)),
      RawNode.createWithSql(direction),
    ),
  )
  const orderBy = fixedPart(OrderByNode.create(items))
  const sorted: SelectQueryNode = { ...wholeRows(relation, name), orderBy }
  made.set(sorting, sorted)
  return sorted
}
