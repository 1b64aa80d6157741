/**
 * Of which sources a statement can have rows, by the ids and the names of sources in its conditions.
 * What it cannot follow could be of any source. Must not know a business noun.
 */
import {
  AliasNode,
  AndNode,
  BinaryOperationNode,
  type FunctionNode,
  IdentifierNode,
  type OperationNode,
  OperatorNode,
  OrNode,
  ParensNode,
  PrimitiveValueListNode,
  ReferenceNode,
  SelectQueryNode,
  TableNode,
  UnaryOperationNode,
  ValueListNode,
  ValueNode,
} from 'kysely'
import { sourceFunction } from '../dialect.ts'
import type { Relations } from '../relations.ts'
import { referenced, relationTypes, scopeOf, type Scope } from '../result-types.ts'
import { isOfSource, type NamedSource } from './named.ts'

/** Whether each common table expression can have rows. */
type Ctes = ReadonlyMap<string, boolean>

/** Whether a source can have rows of the statement; `relations` have the prefixes of its ids. */
export function canAnswer(
  statement: OperationNode,
  relations: Relations,
  source: NamedSource,
): boolean {
  const types = relationTypes(relations)

  function select(node: OperationNode, outer: Scope | null, known: Ctes): boolean {
    if (!SelectQueryNode.is(node)) return true
    const scope = scopeOf(node, outer, types)
    const ctes = new Map(known)
    for (const { name, expression } of node.with?.expressions ?? []) {
      const cte = name.table.table.identifier.name
      ctes.set(cte, false) // a recursive one goes on from the rows that it has
      ctes.set(cte, select(expression, scope.outer, ctes))
    }
    const rows = (from: OperationNode) => ofRows(from, scope, ctes)
    const inner = (node.joins ?? []).filter(({ joinType }) => joinType === 'InnerJoin')
    const isPossible =
      (node.from?.froms ?? []).every(rows) &&
      inner.every(({ table }) => rows(table)) &&
      (node.where === undefined || condition(node.where.where, scope, ctes))
    const others = node.setOperations ?? []
    return isPossible || others.some(({ expression }) => select(expression, outer, ctes))
  }

  function ofRows(node: OperationNode, scope: Scope, ctes: Ctes): boolean {
    if (TableNode.is(node)) return ctes.get(node.table.identifier.name) ?? true
    if (AliasNode.is(node) && IdentifierNode.is(node.alias)) return ofRows(node.node, scope, ctes)
    return select(node, scope.outer, ctes)
  }

  function condition(node: OperationNode, scope: Scope, ctes: Ctes): boolean {
    if (ParensNode.is(node)) return condition(node.node, scope, ctes)
    if (AndNode.is(node)) {
      return condition(node.left, scope, ctes) && condition(node.right, scope, ctes)
    }
    if (OrNode.is(node)) {
      return condition(node.left, scope, ctes) || condition(node.right, scope, ctes)
    }
    if (isFunction(node)) return node.func === sourceFunction ? isOfSource(node, source) : true
    if (UnaryOperationNode.is(node)) {
      return OperatorNode.is(node.operator) && node.operator.operator === 'exists'
        ? select(node.operand, scope, ctes)
        : true
    }
    return BinaryOperationNode.is(node) ? comparison(node, scope) : true
  }

  /** An id that begins with the name of another source is of no row. */
  function comparison({ leftOperand, operator, rightOperand }: BinaryOperationNode, scope: Scope) {
    if (!ReferenceNode.is(leftOperand) || leftOperand.column.kind !== 'ColumnNode') return true
    const isEqual =
      OperatorNode.is(operator) && (operator.operator === '=' || operator.operator === 'in')
    const prefix = isEqual ? referenced(leftOperand, scope)?.column.type.prefix : undefined
    const values = prefix === undefined ? null : valuesOf(rightOperand)
    if (prefix === undefined || values === null) return true
    return values.some((value) => typeof value === 'string' && value.startsWith(prefix))
  }

  return select(statement, null, new Map())
}

const isFunction = (node: OperationNode): node is FunctionNode => node.kind === 'FunctionNode'

/** Null where they are not known. */
function valuesOf(node: OperationNode): readonly unknown[] | null {
  if (ValueNode.is(node)) return [node.value]
  if (PrimitiveValueListNode.is(node)) return node.values
  if (!ValueListNode.is(node)) return null
  const values = node.values.map((each) => (ValueNode.is(each) ? each.value : null))
  return values.includes(null) ? null : values
}
