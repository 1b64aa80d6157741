/**
 * Comparisons of columns with values and with each other, as a database needs them: values encoded by
 * the column's type, codes turned back to those of the source, lists of few lengths, texts told apart
 * exactly whatever their collation.
 */
import {
  AndNode,
  type BinaryOperationNode,
  ColumnNode,
  GroupByItemNode,
  type GroupByNode,
  type OperationNode,
  OperatorNode,
  ParensNode,
  PrimitiveValueListNode,
  ReferenceNode,
  TupleNode,
  ValueListNode,
  ValueNode,
} from 'kysely'
import type { Dialect } from './dialect.ts'
import { isKeyLike, type Column, type ColumnType } from './relations.ts'
import { referenced, referenceType, type Scope } from './result-types.ts'
import { isReversible, rawCodesOf, rawColumn, type Codes } from './sources/origin.ts'
import { paddedLength, ValueList } from './statement-shape.ts'

/** Binds a value, which may stand for one that comes later, as `encode` makes it. */
export type Encoded = (value: unknown, encode: (value: unknown) => unknown) => unknown

export interface Compared {
  readonly dialect: Dialect
  readonly encoded: Encoded
  readonly scope: Scope | null
  /** Whether it is about the order of rows, in which texts may be equal that filters tell apart. */
  readonly isOrder: boolean
}

type Types = readonly (ColumnType | undefined)[]

/** The comparison; `transform` is applied to its parts. */
export function compared(
  given: BinaryOperationNode,
  comparing: Compared,
  transform: (node: BinaryOperationNode) => BinaryOperationNode,
): OperationNode {
  const { dialect, scope } = comparing
  const { node, types } = withRawCodes(given, comparing) ?? {
    node: encodedBy(given, comparing),
    types: typesOf(given.leftOperand, scope),
  }
  const exact = comparing.isOrder ? undefined : exactOf(node, scope, dialect)
  const plain = transform(withStableList(withBound(node, types, dialect)))
  if (exact === undefined) return plain
  const isText = ReferenceNode.is(plain.rightOperand)
  const exactly: BinaryOperationNode = {
    ...plain,
    leftOperand: exact(plain.leftOperand),
    rightOperand: isText ? exact(plain.rightOperand) : plain.rightOperand,
  }
  // The plain condition finds the rows by an index, the exact one decides.
  const isPositive = operatorOf(node) === '=' || operatorOf(node) === 'in'
  return isPositive ? ParensNode.create(AndNode.create(plain, exactly)) : exactly
}

/** Groups told apart exactly. */
export function grouped(node: GroupByNode, scope: Scope | null, { foreign }: Dialect): GroupByNode {
  const exact = foreign?.exact
  if (exact === undefined) return node
  const items = node.items.flatMap((item) =>
    isTextReference(item.groupBy, scope)
      ? [item, GroupByItemNode.create(exact(item.groupBy))]
      : [item],
  )
  return { ...node, items }
}

const operatorOf = ({ operator }: BinaryOperationNode): string =>
  OperatorNode.is(operator) ? operator.operator : ''

const equalities: ReadonlySet<string> = new Set(['=', 'in', '!=', '<>', 'not in'])

const ordering: ReadonlySet<string> = new Set(['<', '>', '<=', '>='])

function exactOf(node: BinaryOperationNode, scope: Scope | null, { foreign }: Dialect) {
  const isEquality = equalities.has(operatorOf(node))
  return isEquality && isTextReference(node.leftOperand, scope) ? foreign?.exact : undefined
}

/** Whether it is a column that the source keeps as text. */
function isTextReference(node: OperationNode, scope: Scope | null): boolean {
  if (!ReferenceNode.is(node) || node.column.kind !== 'ColumnNode') return false
  const type = referenceType(node, scope)?.type
  if (type === undefined || !isKeyLike(type)) return false
  const held = type.origin?.held?.type
  return held === undefined || held === null || held === 'text'
}

function typesOf(operand: OperationNode, scope: Scope | null): Types {
  if (ReferenceNode.is(operand)) return [translated(referenceType(operand, scope)?.type)]
  if (TupleNode.is(operand)) return operand.values.map((value) => typesOf(value, scope)[0])
  return []
}

/** Behind codes stand our own words, however the source holds the raw ones. */
function translated(type: ColumnType | undefined): ColumnType | undefined {
  if (type?.origin?.codes === undefined) return type
  const { origin: _raw, ...ours } = type
  return ours
}

function encodedBy(node: BinaryOperationNode, comparing: Compared): BinaryOperationNode {
  const types = typesOf(node.leftOperand, comparing.scope)
  return types.length === 0 ? node : { ...node, rightOperand: encodedNode(node, types, comparing) }
}

/** Values compared with columns, as the database stores that type. */
function encodedNode(
  node: BinaryOperationNode,
  types: Types,
  { dialect, encoded, isOrder }: Compared,
): OperationNode {
  const isOrdered = isOrder || ordering.has(operatorOf(node))
  const encode = (value: unknown, type: ColumnType | undefined) =>
    type === undefined
      ? value
      : encoded(value, (given) => {
          if (isOrdered) dialect.expectOrdered?.(given, type)
          return dialect.encode(given, type, 'value')
        })
  return withValues(node.rightOperand, types, {
    value: (given, type) => ({ ...given, value: encode(given.value, type) }) as ValueNode,
    list: ({ values }, type) =>
      PrimitiveValueListNode.create(values.map((value) => encode(value, type))),
  })
}

interface ValueChange {
  readonly value: (node: ValueNode, type: ColumnType | undefined) => OperationNode
  readonly list: (node: PrimitiveValueListNode, type: ColumnType | undefined) => OperationNode
}

/** The operand with its values changed, each with the type of the column that it is compared with. */
function withValues(node: OperationNode, types: Types, change: ValueChange): OperationNode {
  const [type] = types
  if (ValueNode.is(node)) return change.value(node, type)
  if (PrimitiveValueListNode.is(node)) return change.list(node, type)
  if (ValueListNode.is(node)) {
    return ValueListNode.create(node.values.map((value) => withValues(value, types, change)))
  }
  if (TupleNode.is(node)) {
    return TupleNode.create(node.values.map((value, at) => withValues(value, [types[at]], change)))
  }
  if (AndNode.is(node)) {
    return AndNode.create(
      withValues(node.left, types, change),
      withValues(node.right, types, change),
    )
  }
  return node
}

interface WithTypes {
  readonly node: BinaryOperationNode
  readonly types: Types
}

/** `status = 'OPEN'` as `status__raw in (…)`, so that an index of the source serves, and its opposite; null elsewhere. */
function withRawCodes(node: BinaryOperationNode, comparing: Compared): WithTypes | null {
  const { leftOperand: left, rightOperand: right } = node
  const operator = operatorOf(node)
  if (!equalities.has(operator) || comparing.isOrder) return null
  if (!ReferenceNode.is(left) || left.column.kind !== 'ColumnNode') return null
  const found = referenced(left, comparing.scope)
  const codes = found?.column.type.origin?.codes
  if (found?.isDirect !== true || !isReversible(codes)) return null
  const values = ValueNode.is(right)
    ? [right.value]
    : PrimitiveValueListNode.is(right)
      ? right.values
      : []
  if (values.length === 0) return null
  const raw = rawType(found.column)
  const list = values.flatMap((value) =>
    rawValues(value, { codes, raw, of: found.column, comparing }),
  )
  return {
    types: [raw],
    node: {
      ...node,
      leftOperand: {
        ...left,
        column: ColumnNode.create(rawColumn(left.column.column.name)),
      } as ReferenceNode,
      operator: OperatorNode.create(operator === '=' || operator === 'in' ? 'in' : 'not in'),
      rightOperand: PrimitiveValueListNode.create(list),
    },
  }
}

/** The raw column is compared as a key is. */
const rawType = ({ type: { origin } }: Column): ColumnType =>
  origin === undefined ? { kind: 'id' } : { kind: 'id', origin }

interface RawValues {
  readonly codes: Codes
  readonly raw: ColumnType
  readonly of: Column
  readonly comparing: Compared
}

/** As many places as any value has raw codes, for a value that is not known yet. */
function rawValues(value: unknown, { codes, raw, of, comparing }: RawValues): unknown[] {
  const { dialect, encoded } = comparing
  const most = Math.max(
    ...[...Map.groupBy(codes, ([, ours]) => ours).values()].map((all) => all.length),
  )
  const at = (place: number) => (given: unknown) => {
    dialect.encode(given, of.type, 'value') // refuses what is none of our values
    const raws = rawCodesOf(codes, given)
    return dialect.encode(raws[Math.min(place, raws.length - 1)] ?? noCode, raw, 'value')
  }
  return Array.from({ length: most }, (_, place) => encoded(value, at(place)))
}

/** No code of anybody: for a value of ours that the source does not have. */
const noCode = '\u{10fffd}'

/** Values with their types, and lists as one parameter, where the database needs it. */
function withBound(
  node: BinaryOperationNode,
  types: Types,
  { foreign }: Dialect,
): BinaryOperationNode {
  const [type] = types
  const { rightOperand: right } = node
  const operator = operatorOf(node)
  if (foreign === undefined || type === undefined) return node
  if (foreign.any && PrimitiveValueListNode.is(right) && right.values.length > 0) {
    return {
      ...node,
      operator: OperatorNode.create(operator === 'in' ? '=' : '<>'),
      rightOperand: {
        kind: 'RawNode',
        sqlFragments: [operator === 'in' ? 'any' : 'all', ''],
        parameters: [foreign.any(ValueNode.create(new ValueList(right.values)), type)],
      } as OperationNode,
    }
  }
  const { bound } = foreign
  return bound === undefined ? node : { ...node, rightOperand: boundNode(right, types, bound) }
}

type Bound = (value: OperationNode, type: ColumnType) => OperationNode

function boundNode(node: OperationNode, types: Types, bound: Bound): OperationNode {
  const value = (given: ValueNode, type: ColumnType | undefined) =>
    type === undefined || given.value === null ? given : bound(given, type)
  return withValues(node, types, {
    value,
    list: (given, type) =>
      given.values.length === 0
        ? given
        : ValueListNode.create(
            paddedList(given).values.map((each) => value(ValueNode.create(each), type)),
          ),
  })
}

/** A list is padded to a power of two, so that few statement texts serve every length. */
function paddedList({ values }: PrimitiveValueListNode): PrimitiveValueListNode {
  const missing = paddedLength(values.length) - values.length
  return PrimitiveValueListNode.create([
    ...values,
    ...Array.from({ length: missing }, () => values.at(-1)),
  ])
}

function withStableList(node: BinaryOperationNode): BinaryOperationNode {
  const list = node.rightOperand
  if (!PrimitiveValueListNode.is(list) || !OperatorNode.is(node.operator)) return node
  if (list.values.length === 0) {
    // `in ()` is no SQL outside SQLite: say what it means.
    return {
      ...node,
      leftOperand: ValueNode.createImmediate(node.operator.operator === 'in' ? 1 : 0),
      operator: OperatorNode.create('='),
      rightOperand: ValueNode.createImmediate(0),
    }
  }
  return { ...node, rightOperand: paddedList(list) }
}
