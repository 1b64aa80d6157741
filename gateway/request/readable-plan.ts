/**
 * A plan as people read it: which system is asked what, after what, and what each part may cost. Names
 * are those of the client; what the gateway adds of its own is left as it is.
 */
import type { PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner'
import { Kind, parse, type GraphQLSchema, type OperationDefinitionNode } from 'graphql'
import { compileCost, estimateSelected, type OperationCost } from '../limits/cost.ts'
import { compileSelections } from '../limits/cost-tree.ts'
import type { CostIndex } from '../supergraph/cost-index.ts'
import { originalName } from './response-names.ts'

export interface PlannedCost {
  readonly system: string
  /** Where its answer belongs; empty at the root. */
  readonly path: string
  /** What may be asked there: objects at the place, at most. */
  readonly entities: number
  readonly cost: number
  readonly operation: string
}

export interface PlanOptions {
  readonly supergraphSchema: GraphQLSchema
  readonly costs: CostIndex
  /** Of the whole operation. */
  readonly cost: OperationCost
  readonly values: Readonly<Record<string, unknown>>
}

/** What each call of a plan may cost, in the order in which they begin. */
export const plannedCosts = (plan: QueryPlan, options: PlanOptions): readonly PlannedCost[] =>
  plan.node === undefined ? [] : costsOf(plan.node, [], options)

type Node = PlanNode | SubscriptionNode

function costsOf(
  node: Node,
  path: readonly string[],
  options: PlanOptions,
): readonly PlannedCost[] {
  switch (node.kind) {
    case 'Fetch': {
      const entities = options.cost.sizeAt(path, options.values)
      return [
        {
          system: node.serviceName,
          path: path
            .filter((part) => part !== '@')
            .map(originalName)
            .join('.'),
          entities: node.requires === undefined ? 0 : entities,
          cost: costOf(node.operation, entities, options),
          operation: node.operation,
        },
      ]
    }
    case 'Flatten':
      return costsOf(node.node, [...path, ...node.path.map(String)], options)
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap((each) => costsOf(each, path, options))
    case 'Condition':
    case 'Defer':
    case 'Subscription':
      return []
  }
}

function costOf(text: string, entities: number, options: PlanOptions): number {
  const { definitions } = parse(text, { noLocation: true })
  const operation = definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION)
  if (operation === undefined) return 0
  const { supergraphSchema: schema, costs, values } = options
  const asked = entitiesAsked(operation)
  if (asked.length === 0) return compileCost(operation, { schema, costs }).estimate(values).cost
  return asked.reduce((sum, { condition, selectionSet }) => {
    const type = schema.getType(condition)
    if (type === undefined || !('getFields' in type) || !('isTypeOf' in type)) return sum
    const selected = compileSelections(selectionSet, type, { schema, costs })
    return sum + entities * (1 + estimateSelected(selected, values).cost)
  }, 0)
}

/** The fragments below `_entities`. */
const entitiesAsked = ({ selectionSet }: OperationDefinitionNode) =>
  selectionSet.selections.flatMap((root) =>
    root.kind === Kind.FIELD && root.name.value === '_entities'
      ? (root.selectionSet?.selections ?? []).flatMap((each) =>
          each.kind === Kind.INLINE_FRAGMENT && each.typeCondition !== undefined
            ? [{ condition: each.typeCondition.name.value, selectionSet: each.selectionSet }]
            : [],
        )
      : [],
  )

/** A plan as text, one line for each step. */
export const readablePlan = ({ node }: QueryPlan): string =>
  node === undefined ? 'No system is asked.' : lines(node, [], 0).join('\n')

function lines(node: Node, path: readonly string[], indent: number): readonly string[] {
  const said = (text: string) => `${'  '.repeat(indent)}${text}`
  switch (node.kind) {
    case 'Fetch': {
      const place = path
        .filter((part) => part !== '@')
        .map(originalName)
        .join('.')
      return [
        said(`ask ${node.serviceName}${place === '' ? '' : ` for ${place}`}: ${node.operation}`),
      ]
    }
    case 'Flatten':
      return lines(node.node, [...path, ...node.path.map(String)], indent)
    case 'Sequence':
      return [
        said('one after the other:'),
        ...node.nodes.flatMap((each) => lines(each, path, indent + 1)),
      ]
    case 'Parallel':
      return [
        said('at the same time:'),
        ...node.nodes.flatMap((each) => lines(each, path, indent + 1)),
      ]
    case 'Condition':
    case 'Defer':
    case 'Subscription':
      return [said(node.kind)]
  }
}
