/**
 * Puts everything that lies between a statement and the tables around it, in one place: the row
 * rules of the caller around every relation, parameters encoded and results decoded by declared type.
 * So no resolver and no SQL can forget them. What it cannot follow it refuses.
 */
import {
  type AggregateFunctionNode,
  AliasNode,
  BinaryOperationNode,
  ColumnNode,
  type Expression,
  expressionBuilder,
  type FromNode,
  type FunctionNode,
  type GroupByNode,
  IdentifierNode,
  type JoinNode,
  OperationNodeTransformer,
  type OperationNode,
  OperatorNode,
  type OrderByItemNode,
  type QueryId,
  type RawNode,
  ReferenceNode,
  SelectionNode,
  SelectQueryNode,
  type SqlBool,
  TableNode,
  ValueNode,
  WhereNode,
} from 'kysely'
import type { TimeBucket } from './calendar.ts'
import { compared, grouped, type Compared, type Encoded } from './comparison.ts'
import {
  bucketFunction,
  concatFunction,
  positionFunction,
  sameInOrderFunction,
  shareFunction,
  sourceFunction,
  type Dialect,
} from './dialect.ts'
import { operand } from './dialects/operand.ts'
import type { AnyDatabase, Relation, Relations } from './relations.ts'
import {
  lackIn,
  referenced,
  relationTypes,
  resultTypes,
  scopeOf,
  selectionName,
  type ColumnTypes,
  type Scope,
} from './result-types.ts'
import type { RowRights } from './row-rights.ts'
import { isOfSource, type NamedSource } from './sources/named.ts'
import { notMapped } from './sources/not-mapped.ts'

/** Where relations are other than tables of the same name. */
export interface MappedTables {
  /** What stands for the relation, to be given an alias; throws where it cannot be read. */
  table(relation: string): OperationNode
  /** The names of the columns that it has. */
  columns(relation: string): readonly string[]
}

export interface RelationsPluginOptions {
  readonly relations: Relations
  readonly dialect: Dialect
  readonly rows: RowRights
  readonly tables?: MappedTables | undefined
  /** Which source is asked; left out where the system has one without a name. */
  readonly source?: NamedSource | undefined
  /** How a value is bound that is encoded so; by default as it is encoded now. */
  readonly encoded?: Encoded | undefined
}

export interface LimitedStatement {
  readonly statement: SelectQueryNode
  /** The types of its result columns, in their order. */
  readonly columns: ColumnTypes
  /** The relations that it reads, those of row rules too. */
  readonly reads: ReadonlySet<string>
}

/** The statement as this caller may run it. */
export function limitedTo(
  statement: SelectQueryNode,
  options: RelationsPluginOptions,
): LimitedStatement {
  const types = relationTypes(options.relations)
  const transformer = new RelationsTransformer(options, types)
  return {
    columns: resultTypes(statement, null, types),
    statement: transformer.transformNode(statement),
    reads: transformer.reads,
  }
}

const readsATable = /\b(from|join)\b/i

class RelationsTransformer extends OperationNodeTransformer {
  readonly #options: RelationsPluginOptions
  readonly #types: ReadonlyMap<string, ColumnTypes>
  readonly #ctes = new Set<string>()
  readonly reads = new Set<string>()
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
    const scope = scopeOf(node, this.#scope, this.#types)
    return this.#within(scope, () =>
      super.transformSelectQuery(withoutUnmapped(node, scope), queryId),
    )
  }

  protected override transformReference(node: ReferenceNode, queryId?: QueryId): ReferenceNode {
    if (node.column.kind === 'ColumnNode') {
      const type = referenced(node, this.#scope)?.column.type
      if (type?.origin?.held === null) throw notMapped(type.origin)
    }
    return super.transformReference(node, queryId)
  }

  protected override transformGroupBy(node: GroupByNode, queryId?: QueryId): GroupByNode {
    const exactly = grouped(node, this.#scope, this.#options.dialect)
    return super.transformGroupBy(exactly, queryId)
  }

  /** Rows without a value come first when sorted up, wherever they come by themselves. */
  protected override transformOrderByItem(
    node: OrderByItemNode,
    queryId?: QueryId,
  ): OrderByItemNode {
    const { nulls, ...item } = super.transformOrderByItem(node, queryId)
    const isNeeded = this.#options.dialect.foreign?.nullsAreLargest === true
    return nulls === undefined || !isNeeded ? item : { ...item, nulls }
  }

  protected override transformAggregateFunction(
    node: AggregateFunctionNode,
    queryId?: QueryId,
  ): AggregateFunctionNode {
    const made = super.transformAggregateFunction(node, queryId)
    const averaged = this.#options.dialect.foreign?.averaged
    if (made.func === 'avg' && averaged) {
      return { ...made, aggregated: made.aggregated.map((value) => averaged(value)) }
    }
    return made
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
    const [column, value] = node.arguments
    if (node.func === sameInOrderFunction && column && value) {
      const same = BinaryOperationNode.create(column, OperatorNode.create('='), value)
      return this.#compared(same, queryId, true) as unknown as FunctionNode
    }
    if (node.func === sourceFunction) {
      const isAsked = isOfSource(node, this.#options.source)
      return ValueNode.createImmediate(isAsked) as unknown as FunctionNode
    }
    const expression = this.#ofDialect(node, queryId)
    // A raw expression stands where the function stood; the compiler does not mind which it is.
    return expression === null
      ? super.transformFunction(node, queryId)
      : (expression.toOperationNode() as unknown as FunctionNode)
  }

  /** What stands for an expression that each database writes in its own way. */
  #ofDialect({ func, arguments: args }: FunctionNode, queryId?: QueryId) {
    const { dialect } = this.#options
    const parts = args.map((arg) => operand(this.transformNode(arg, queryId)))
    const [first, second, third, fourth] = parts
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
    if (func === positionFunction && first && second) return dialect.position(first, second)
    return func === concatFunction ? dialect.concat(parts) : null
  }

  protected override transformBinaryOperation(
    node: BinaryOperationNode,
    queryId?: QueryId,
  ): BinaryOperationNode {
    // A condition may become two; the compiler does not mind which node stands where it stood.
    return this.#compared(node, queryId, false) as unknown as BinaryOperationNode
  }

  #compared(node: BinaryOperationNode, queryId: QueryId | undefined, isOrder: boolean) {
    const { dialect, encoded = (value, encode) => encode(value) } = this.#options
    const comparing: Compared = { dialect, encoded, scope: this.#scope, isOrder }
    return compared(node, comparing, (made) => super.transformBinaryOperation(made, queryId))
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
    const { relations, tables } = this.#options
    const relation = relations[name]
    if (relation === undefined) throw new TypeError(`"${name}" is no relation of this database`)
    this.reads.add(name)
    const table = tables === undefined ? TableNode.create(name) : tables.table(name)
    const named = (as: string) =>
      TableNode.is(table) && as === name
        ? table
        : AliasNode.create(table, IdentifierNode.create(as))
    const visible = this.#visible(name, relation)
    if (visible === null) return named(alias)
    const types = this.#types.get(name)
    const scope: Scope = {
      names: new Map(types === undefined ? [] : [[name, types]]),
      direct: new Set([name]),
      outer: null,
    }
    const where = this.#within(scope, () => this.transformNode(visible.toOperationNode(), queryId))
    const limited: SelectQueryNode = {
      ...SelectQueryNode.createFrom([named(name)]),
      selections: columnSelections(name, tables?.columns(name) ?? Object.keys(relation.columns)),
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
}

/** The select with an absent value for each selection that needs a column which the mapping does not yield. */
function withoutUnmapped(node: SelectQueryNode, scope: Scope): SelectQueryNode {
  const isLacking = ({ selection }: SelectionNode) => lackIn(selection, scope) !== undefined
  if (node.selections?.some(isLacking) !== true) return node
  const selections = node.selections.map((each) =>
    isLacking(each)
      ? SelectionNode.create(
          AliasNode.create(
            ValueNode.createImmediate(null),
            IdentifierNode.create(selectionName(each.selection) ?? ''),
          ),
        )
      : each,
  )
  return { ...node, selections }
}

const literalOf = (node: OperationNode | undefined): unknown =>
  node !== undefined && ValueNode.is(node) ? node.value : undefined

const columnSelections = (name: string, columns: readonly string[]): SelectionNode[] =>
  columns.map((column) =>
    SelectionNode.create(ReferenceNode.create(ColumnNode.create(column), TableNode.create(name))),
  )
