/**
 * Puts everything that lies between a statement and the tables around it, in one place: the row
 * rules of the caller around every relation, parameters encoded and results decoded by declared type.
 * So no resolver and no SQL can forget them. What it cannot follow it refuses.
 */
import {
  AliasNode,
  AndNode,
  type BinaryOperationNode,
  ColumnNode,
  type Expression,
  expressionBuilder,
  ExpressionWrapper,
  type FromNode,
  type FunctionNode,
  IdentifierNode,
  type JoinNode,
  OperationNodeTransformer,
  type OperationNode,
  OperatorNode,
  PrimitiveValueListNode,
  type QueryId,
  type RawNode,
  ReferenceNode,
  SelectionNode,
  SelectQueryNode,
  type SqlBool,
  TableNode,
  TupleNode,
  ValueListNode,
  ValueNode,
  WhereNode,
} from 'kysely'
import type { TimeBucket } from './calendar.ts'
import { bucketFunction, shareFunction, type Dialect } from './dialect.ts'
import type { AnyDatabase, Column, Relation, Relations } from './relations.ts'
import {
  referenceType,
  relationTypes,
  resultTypes,
  scopeOf,
  type ColumnTypes,
  type Scope,
} from './result-types.ts'
import type { RowRights } from './row-rights.ts'
import { paddedLength } from './statement-shape.ts'

export interface RelationsPluginOptions {
  readonly relations: Relations
  readonly dialect: Dialect
  readonly rows: RowRights
}

/** The statement as this caller may run it, and the types of its result columns in their order. */
export function limitedTo(
  statement: SelectQueryNode,
  options: RelationsPluginOptions,
): { readonly statement: SelectQueryNode; readonly columns: ColumnTypes } {
  const types = relationTypes(options.relations)
  return {
    columns: resultTypes(statement, null, types),
    statement: new RelationsTransformer(options, types).transformNode(statement),
  }
}

const readsATable = /\b(from|join)\b/i

class RelationsTransformer extends OperationNodeTransformer {
  readonly #options: RelationsPluginOptions
  readonly #types: ReadonlyMap<string, ColumnTypes>
  readonly #ctes = new Set<string>()
  #scope: Scope | null = null

  constructor(options: RelationsPluginOptions, types: ReadonlyMap<string, ColumnTypes>) {
    super()
    this.#options = options
    this.#types = types
  }

  protected override transformSelectQuery(
    node: SelectQueryNode,
    queryId?: QueryId,
  ): SelectQueryNode {
    for (const { name } of node.with?.expressions ?? []) {
      this.#ctes.add(name.table.table.identifier.name)
    }
    return this.#within(scopeOf(node, this.#scope, this.#types), () =>
      super.transformSelectQuery(node, queryId),
    )
  }

  protected override transformFrom(node: FromNode, queryId?: QueryId): FromNode {
    return { ...node, froms: node.froms.map((from) => this.#source(from, queryId)) }
  }

  protected override transformJoin(node: JoinNode, queryId?: QueryId): JoinNode {
    return { ...super.transformJoin(node, queryId), table: this.#source(node.table, queryId) }
  }

  protected override transformRaw(node: RawNode, queryId?: QueryId): RawNode {
    if (node.sqlFragments.some((fragment) => readsATable.test(fragment))) {
      throw new TypeError('raw SQL may not read a table: the row rules would not reach it')
    }
    return super.transformRaw(node, queryId)
  }

  protected override transformFunction(node: FunctionNode, queryId?: QueryId): FunctionNode {
    const expression = this.#ofDialect(node, queryId)
    // A raw expression stands where the function stood; the compiler does not mind which it is.
    return expression === null
      ? super.transformFunction(node, queryId)
      : (expression.toOperationNode() as unknown as FunctionNode)
  }

  /** What stands for an expression that each database writes in its own way. */
  #ofDialect({ func, arguments: args }: FunctionNode, queryId?: QueryId) {
    const { dialect } = this.#options
    const [first, second, third, fourth] = args.map(
      (arg) =>
        new ExpressionWrapper<AnyDatabase, string, unknown>(this.transformNode(arg, queryId)),
    )
    if (func === bucketFunction && first !== undefined) {
      return dialect.bucketStart(
        first,
        literalOf(args[1]) as TimeBucket,
        literalOf(args[2]) as number,
      )
    }
    if (func === shareFunction && first && second && third && fourth) {
      return dialect.evenShare({ amount: first, part: second, parts: third, places: fourth })
    }
    return null
  }

  protected override transformBinaryOperation(
    node: BinaryOperationNode,
    queryId?: QueryId,
  ): BinaryOperationNode {
    const columns = this.#columnsOf(node.leftOperand)
    const encoded =
      columns === null ? node : { ...node, rightOperand: this.#encode(node.rightOperand, columns) }
    return super.transformBinaryOperation(withStableList(encoded), queryId)
  }

  #within<Result>(scope: Scope, work: () => Result): Result {
    const before = this.#scope
    this.#scope = scope
    try {
      return work()
    } finally {
      this.#scope = before
    }
  }

  #source(node: OperationNode, queryId?: QueryId): OperationNode {
    if (TableNode.is(node)) {
      const name = node.table.identifier.name
      return this.#ctes.has(name) ? node : this.#relation(name, name, queryId)
    }
    if (AliasNode.is(node) && TableNode.is(node.node) && IdentifierNode.is(node.alias)) {
      const name = node.node.table.identifier.name
      return this.#ctes.has(name) ? node : this.#relation(name, node.alias.name, queryId)
    }
    return this.transformNode(node, queryId)
  }

  /** The relation as this caller may read it, under the alias the statement uses. */
  #relation(name: string, alias: string, queryId?: QueryId): OperationNode {
    const relation = this.#options.relations[name]
    if (relation === undefined) throw new TypeError(`"${name}" is no relation of this database`)
    const table = TableNode.create(name)
    const visible = this.#visible(name, relation)
    if (visible === null) {
      return alias === name ? table : AliasNode.create(table, IdentifierNode.create(alias))
    }
    const types = this.#types.get(name)
    const scope: Scope = { names: new Map(types === undefined ? [] : [[name, types]]), outer: null }
    const where = this.#within(scope, () => this.transformNode(visible.toOperationNode(), queryId))
    const limited: SelectQueryNode = {
      ...SelectQueryNode.createFrom([table]),
      selections: columnSelections(name, relation),
      where: WhereNode.create(where),
    }
    return AliasNode.create(limited, IdentifierNode.create(alias))
  }

  /** Which rows the caller sees; null for all. */
  #visible(name: string, { rules, guard }: Relation): Expression<SqlBool> | null {
    const { limit, guarded, own } = this.#options.rows
    const eb = expressionBuilder<AnyDatabase, string>()
    const conditions: Expression<SqlBool>[] = []
    const rule = limit === null ? 'ALL' : rules?.[limit.rule]
    if (rule === undefined || limit === null) {
      if (rule !== 'ALL') conditions.push(eb.lit(false))
    } else if (rule !== 'ALL') conditions.push(rule(eb, limit.parameters, name))
    if (guard !== undefined && guarded.has(name)) conditions.push(guard.rule(eb, own, name))
    return conditions.length === 0 ? null : eb.and(conditions)
  }

  #columnsOf(operand: OperationNode): readonly (Column | undefined)[] | null {
    if (ReferenceNode.is(operand)) return [referenceType(operand, this.#scope)]
    if (TupleNode.is(operand)) {
      return operand.values.map((value) => this.#columnsOf(value)?.[0])
    }
    return null
  }

  /** Values compared with columns, as the database stores that type. */
  #encode(node: OperationNode, columns: readonly (Column | undefined)[]): OperationNode {
    const encode = (value: unknown, column: Column | undefined) =>
      column === undefined ? value : this.#options.dialect.encode(value, column.type, 'value')
    if (ValueNode.is(node)) return { ...node, value: encode(node.value, columns[0]) } as ValueNode
    if (PrimitiveValueListNode.is(node)) {
      return PrimitiveValueListNode.create(node.values.map((value) => encode(value, columns[0])))
    }
    if (ValueListNode.is(node)) {
      return ValueListNode.create(node.values.map((value) => this.#encode(value, columns)))
    }
    if (TupleNode.is(node)) {
      return TupleNode.create(node.values.map((value, at) => this.#encode(value, [columns[at]])))
    }
    if (AndNode.is(node)) {
      return AndNode.create(this.#encode(node.left, columns), this.#encode(node.right, columns))
    }
    return node
  }
}

const literalOf = (node: OperationNode | undefined): unknown =>
  node !== undefined && ValueNode.is(node) ? node.value : undefined

const columnSelections = (name: string, relation: Relation): SelectionNode[] =>
  Object.keys(relation.columns).map((column) =>
    SelectionNode.create(ReferenceNode.create(ColumnNode.create(column), TableNode.create(name))),
  )

/** A list is padded to a power of two, so that few statement texts serve every length. */
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
  const missing = paddedLength(list.values.length) - list.values.length
  const padding = Array.from({ length: missing }, () => list.values.at(-1))
  return { ...node, rightOperand: PrimitiveValueListNode.create([...list.values, ...padding]) }
}
