/**
 * What type each column of a statement has, worked out from Kysely's tree and the declarations.
 * Purpose: results are decoded and parameters encoded by declared type, so a statement whose result
 * nobody can type is refused. Must not know any database, and changes no statement.
 */
import {
  type AggregateFunctionNode,
  type AliasedExpression,
  AliasNode,
  type CaseNode,
  type Expression,
  IdentifierNode,
  type OperationNode,
  type ReferenceNode,
  SelectQueryNode,
  TableNode,
  type WithNode,
} from 'kysely'
import { float, integer, nullable, type Column, type Relations } from './relations.ts'

export type ColumnTypes = ReadonlyMap<string, Column>

/** The names a (sub)query can see, innermost first. */
export interface Scope {
  readonly names: ReadonlyMap<string, ColumnTypes>
  /** Those of the names that are relations, not selects of them. */
  readonly direct: ReadonlySet<string>
  readonly outer: Scope | null
}

const none: ReadonlySet<string> = new Set()

const declaredTypes = new WeakMap<OperationNode, Column>()

/** The type that was declared for a computed result column, see `typed`. */
export const declaredType = (node: OperationNode): Column | undefined => declaredTypes.get(node)

export const declareType = (node: OperationNode, column: Column): void => {
  declaredTypes.set(node, column)
}

/**
 * A computed result column with its type, where it is not a plain column or an aggregate of one:
 * `select(typed(sql<number>…, integer(), 'level'))`.
 */
export function typed<Value, Alias extends string>(
  expression: Expression<unknown>,
  column: Column<Value>,
  alias: Alias,
): AliasedExpression<Value, Alias> {
  const node = AliasNode.create(expression.toOperationNode(), IdentifierNode.create(alias))
  declareType(node, column)
  return { expression, alias, toOperationNode: () => node } as unknown as AliasedExpression<
    Value,
    Alias
  > // only the node and the types matter to select()
}

const columnsOf = new WeakMap<Relations, Map<string, ColumnTypes>>()

/** The columns of every relation, by name. */
export function relationTypes(relations: Relations): ReadonlyMap<string, ColumnTypes> {
  const known = columnsOf.get(relations)
  if (known !== undefined) return known
  const types = new Map(
    Object.entries(relations).map(([name, relation]) => [
      name,
      new Map(Object.entries(relation.columns)),
    ]),
  )
  columnsOf.set(relations, types)
  return types
}

/** The scope inside a select: its tables and common table expressions, then what is around it. */
export function scopeOf(
  node: SelectQueryNode,
  outer: Scope | null,
  relations: ReadonlyMap<string, ColumnTypes>,
): Scope {
  const ctes: Scope = { names: cteTypes(node.with, outer, relations), direct: none, outer }
  const names = new Map<string, ColumnTypes>()
  const direct = new Set<string>()
  const add = (source: OperationNode, isOptional: boolean) => {
    const [name, types, isDirect] = sourceTypes(source, ctes, relations)
    names.set(name, isOptional ? allNullable(types) : types)
    if (isDirect) direct.add(name)
  }
  for (const source of node.from?.froms ?? []) add(source, false)
  for (const { joinType, table } of node.joins ?? []) add(table, joinType === 'LeftJoin')
  return { names, direct, outer: ctes }
}

/** The columns of a left-joined relation are absent where it has no row. */
const allNullable = (types: ColumnTypes): ColumnTypes =>
  new Map([...types].map(([name, type]) => [name, nullable(type)]))

function cteTypes(
  node: WithNode | undefined,
  outer: Scope | null,
  relations: ReadonlyMap<string, ColumnTypes>,
): ReadonlyMap<string, ColumnTypes> {
  const names = new Map<string, ColumnTypes>()
  for (const { name, expression } of node?.expressions ?? []) {
    const cte = name.table.table.identifier.name
    if (relations.has(cte))
      throw new TypeError(`"${cte}" is a relation; name the expression otherwise`)
    // A recursive expression sees itself; its first select says what its columns are.
    names.set(cte, new Map())
    names.set(cte, resultTypes(expression, { names, direct: none, outer }, relations))
  }
  return names
}

function sourceTypes(
  node: OperationNode,
  scope: Scope,
  relations: ReadonlyMap<string, ColumnTypes>,
): [name: string, types: ColumnTypes, isDirect: boolean] {
  if (TableNode.is(node)) {
    const name = node.table.identifier.name
    const types = lookUp(name, scope)
    return [name, types ?? relations.get(name) ?? unknownRelation(name), types === undefined]
  }
  if (AliasNode.is(node) && IdentifierNode.is(node.alias)) {
    const inner = node.node
    if (!TableNode.is(inner)) return [node.alias.name, resultTypes(inner, scope, relations), false]
    const [, types, isDirect] = sourceTypes(inner, scope, relations)
    return [node.alias.name, types, isDirect]
  }
  throw new TypeError('a statement reads from relations, expressions and aliased selects only')
}

function unknownRelation(name: string): never {
  throw new TypeError(`"${name}" is no relation of this database`)
}

function lookUp(name: string, scope: Scope | null): ColumnTypes | undefined {
  for (let at = scope; at !== null; at = at.outer) {
    const types = at.names.get(name)
    if (types !== undefined) return types
  }
  return undefined
}

/** The type of a reference, or undefined when it names no declared column. */
export const referenceType = (node: ReferenceNode, scope: Scope | null): Column | undefined =>
  referenced(node, scope)?.column

export interface Referenced {
  readonly column: Column
  /** Whether it is a column of a relation, not of a select of it. */
  readonly isDirect: boolean
}

export function referenced(node: ReferenceNode, scope: Scope | null): Referenced | undefined {
  if (node.column.kind === 'SelectAllNode') throw new TypeError('list the columns instead of *')
  const name = node.column.column.name
  const table = node.table?.table.identifier.name
  for (let at = scope; at !== null; at = at.outer) {
    for (const [alias, types] of at.names) {
      if (table !== undefined && alias !== table) continue
      const column = types.get(name)
      if (column !== undefined) return { column, isDirect: at.direct.has(alias) }
      if (table !== undefined) return undefined
    }
  }
  return undefined
}

/** The type of each result column of a select. */
export function resultTypes(
  node: OperationNode,
  outer: Scope | null,
  relations: ReadonlyMap<string, ColumnTypes>,
): ColumnTypes {
  if (!SelectQueryNode.is(node)) throw new TypeError('only a select has result columns')
  const scope = scopeOf(node, outer, relations)
  const columns = new Map(
    (node.selections ?? []).map(({ selection }): [string, Column] => {
      const name = selectionName(selection)
      const type = declaredType(selection) ?? expressionType(selection, scope)
      if (name === null || type === undefined) {
        throw new TypeError(`result column ${name ?? selection.kind} has no type: use typed(…)`)
      }
      return [name, type]
    }),
  )
  return (node.setOperations ?? []).reduce(
    (types, { expression }) => withLacks(types, lacksOf(expression, outer, relations)),
    columns,
  )
}

/** The unmapped columns among the selections of a part of a union, at their places. */
function lacksOf(
  node: OperationNode,
  outer: Scope | null,
  relations: ReadonlyMap<string, ColumnTypes>,
): readonly (Column | null)[] {
  if (!SelectQueryNode.is(node)) return []
  const scope = scopeOf(node, outer, relations)
  return (node.selections ?? []).map(({ selection }) => {
    const type = plainReference(selection, scope)
    return type !== undefined && isUnmapped(type) ? type : null
  })
}

/** What one part of a union does not have, the union does not have. */
const withLacks = (
  types: Map<string, Column>,
  lacks: readonly (Column | null)[],
): Map<string, Column> =>
  new Map([...types].map(([name, column], at) => [name, lacks[at] ?? column]))

/** The type of a selection that is a column and nothing else. */
export function plainReference(node: OperationNode, scope: Scope): Column | undefined {
  if (AliasNode.is(node)) return plainReference(node.node, scope)
  return isReference(node) && node.column.kind === 'ColumnNode'
    ? referenceType(node, scope)
    : undefined
}

/** Whether nothing can be said of the values, because the mapping does not yield the column. */
export const isUnmapped = ({ type }: Column): boolean => type.origin?.held === null

export function selectionName(node: OperationNode): string | null {
  if (AliasNode.is(node)) return IdentifierNode.is(node.alias) ? node.alias.name : null
  if (isReference(node) && node.column.kind === 'ColumnNode') return node.column.column.name
  return null
}

function expressionType(node: OperationNode, scope: Scope): Column | undefined {
  if (AliasNode.is(node)) return expressionType(node.node, scope)
  if (isReference(node)) return referenceType(node, scope)
  if (isAggregate(node)) return aggregateType(node, scope)
  if (isCase(node)) return caseType(node, scope)
  return undefined
}

/** `case when … then column end`: the column's type, absent where no condition is met. */
function caseType(node: CaseNode, scope: Scope): Column | undefined {
  const result = node.when?.[0]?.result
  const type = result === undefined ? undefined : expressionType(result, scope)
  return type === undefined ? undefined : nullable(type)
}

const isReference = (node: OperationNode): node is ReferenceNode => node.kind === 'ReferenceNode'
const isCase = (node: OperationNode): node is CaseNode => node.kind === 'CaseNode'
const isAggregate = (node: OperationNode): node is AggregateFunctionNode =>
  node.kind === 'AggregateFunctionNode'

function aggregateType(node: AggregateFunctionNode, scope: Scope): Column | undefined {
  switch (node.func) {
    case 'count':
    case 'row_number':
      return integer()
    case 'avg':
      return nullable(float())
    case 'sum':
    case 'min':
    case 'max': {
      const [of] = node.aggregated
      const type = of === undefined ? undefined : expressionType(of, scope)
      return type === undefined ? undefined : nullable(type)
    }
    default:
      return undefined
  }
}
