/**
 * The shape of a statement: everything about it but its values, as text. Two statements of one shape
 * have the same SQL, so that limiting, encoding and compiling is done once for all of them.
 * Purpose: tell shapes apart without fail, and put slots where the values were. Every part of the
 * text is delimited or carries its length, so that no name or value can pass for another shape.
 */
import {
  AliasNode,
  ColumnNode,
  type Expression,
  ExpressionWrapper,
  PrimitiveValueListNode,
  ReferenceNode,
  ValueNode,
  type OperationNode,
  type RootOperationNode,
} from 'kysely'
import type { AnyDatabase } from './relations.ts'
import { declaredType, declareType } from './result-types.ts'

export interface StatementShape {
  readonly text: string
  /** The values in the order of the text; a list of values is one of them. */
  readonly values: readonly (readonly unknown[])[]
}

/** Stands in a statement for a value that each run brings. */
export class Slot {
  /** Which of the values. */
  readonly value: number
  /** Which item of it; a list that is shorter repeats its last one. */
  readonly item: number

  constructor(value: number, item: number) {
    this.value = value
    this.item = item
  }

  of(values: StatementShape['values']): unknown {
    const list = values[this.value] ?? []
    return list[Math.min(this.item, list.length - 1)]
  }
}

/** Stands for a whole list that is bound as one parameter; items may be slots. */
export class ValueList {
  readonly items: readonly unknown[]

  constructor(items: readonly unknown[]) {
    this.items = items
  }
}

export function shapeOf(statement: RootOperationNode): StatementShape {
  const values: (readonly unknown[])[] = []
  return { text: written(statement, values), values }
}

/** Few lengths serve all lists: a list takes the place of one with the next power of two items. */
export const paddedLength = (length: number): number =>
  length === 0 ? 0 : 2 ** Math.ceil(Math.log2(length))

/** Nodes, and lists of them, that stand in many statements; their text is a number of their own. */
const fixedParts = new WeakMap<object, StatementShape>()
let fixedCount = 0

/** A part that is made once for all statements it stands in: its shape is not worked out again. */
export function fixedPart<Part extends OperationNode | readonly OperationNode[]>(part: Part): Part {
  const values: (readonly unknown[])[] = []
  written(part, values)
  fixedParts.set(part, { text: `#${(fixedCount += 1)};`, values })
  return part
}

/** The same for a condition or another expression, such as a long one that never changes. */
export const fixed = <Value>(expression: Expression<Value>): Expression<Value> =>
  new ExpressionWrapper<AnyDatabase, string, Value>(fixedPart(expression.toOperationNode()))

function written(part: unknown, values: (readonly unknown[])[]): string {
  if (typeof part === 'string') return name(part)
  if (typeof part !== 'object' || part === null) return `${typeof part} ${String(part)};`
  const known = fixedParts.get(part)
  if (known !== undefined) {
    values.push(...known.values)
    return known.text
  }
  if (Array.isArray(part)) {
    let items = '['
    for (const item of part) items += written(item, values)
    return `${items}]`
  }
  return writtenNode(part, values)
}

function writtenNode(node: object, values: (readonly unknown[])[]): string {
  if (isValue(node)) {
    values.push([node.value])
    return '?'
  }
  if (isValueList(node)) {
    values.push(node.values)
    return `?${paddedLength(node.values.length)};`
  }
  const column = columnReference(node)
  if (column !== null) return column
  if (Object.getPrototypeOf(node) !== Object.prototype) {
    throw new TypeError('a statement holds values only where it can bind them')
  }
  const declared = isNode(node) ? declaredType(node) : undefined
  let text = declared === undefined ? '{' : `${JSON.stringify(declared)}{`
  for (const key in node) {
    const inner: unknown = node[key as keyof typeof node]
    if (key === 'kind' && typeof inner === 'string') text += numberOfKind(inner)
    else if (inner !== undefined) text += `${key}:${written(inner, values)}`
  }
  return `${text}}`
}

/** There are some dozens of kinds, and their names would be half of the text. */
const kinds = new Map<string, string>()

function numberOfKind(kind: string): string {
  let number = kinds.get(kind)
  if (number === undefined) kinds.set(kind, (number = `${kinds.size} `))
  return number
}

const name = (text: string): string => `${text.length}"${text}`

/** `relation.column`, which is most of a statement, without walking through its six nodes. */
function columnReference(node: object): string | null {
  if (!isNode(node) || !ReferenceNode.is(node) || !ColumnNode.is(node.column)) return null
  const { column, table } = node
  if (table === undefined) return `.${name(column.column.name)}`
  const { schema, identifier } = table.table
  return schema === undefined ? `.${name(identifier.name)}${name(column.column.name)}` : null
}

/** The statement with a slot for each value. */
export function withSlots<Statement extends RootOperationNode>(statement: Statement): Statement {
  let slots = 0
  const replaced = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(replaced)
    if (typeof part !== 'object' || part === null) return part
    if (isValue(part)) return { ...part, value: new Slot(slots++, 0) }
    if (isValueList(part)) {
      const value = slots++
      const length = paddedLength(part.values.length)
      return { ...part, values: Array.from({ length }, (_, item) => new Slot(value, item)) }
    }
    const copy = Object.fromEntries(
      Object.entries(part).map(([key, inner]) => [key, replaced(inner)]),
    )
    const declared = isNode(part) && AliasNode.is(part) ? declaredType(part) : undefined
    if (declared !== undefined) declareType(copy as unknown as OperationNode, declared)
    return copy
  }
  return replaced(statement) as Statement // the same nodes with other values
}

const isNode = (part: object): part is OperationNode => 'kind' in part
const isValue = (part: object): part is ValueNode =>
  isNode(part) && ValueNode.is(part) && part.immediate !== true
const isValueList = (part: object): part is PrimitiveValueListNode =>
  isNode(part) && PrimitiveValueListNode.is(part)
