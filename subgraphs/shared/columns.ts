/**
 * All columns of a relation for `select`, made once: they are most of many a statement.
 * Must not know a business noun.
 */
import { type AliasedExpression, ColumnNode, ReferenceNode, TableNode } from 'kysely'
import type { Relation } from './relations.ts'
import { fixedNode } from './statement-shape.ts'

type Columns = readonly AliasedExpression<unknown, string>[]

const made = new WeakMap<Relation, Map<string, Columns>>()

/** The columns as they are called under `alias`, which is the relation's name or that of a subquery. */
export function columnsOf(relation: Relation, alias: string): Columns {
  let ofRelation = made.get(relation)
  if (ofRelation === undefined) made.set(relation, (ofRelation = new Map()))
  let columns = ofRelation.get(alias)
  if (columns === undefined) {
    columns = Object.keys(relation.columns).map((column) => columnOf(column, alias))
    ofRelation.set(alias, columns)
  }
  return columns
}

function columnOf(column: string, alias: string): Columns[number] {
  const node = fixedNode(ReferenceNode.create(ColumnNode.create(column), TableNode.create(alias)))
  // A plain column needs no alias; `select` looks at the node only.
  return { alias: column, toOperationNode: () => node } as unknown as Columns[number]
}
