/**
 * A plan as people read it: which system is asked what, after what, and what each part may cost. Names
 * are those of the client. What the planner asks for of its own, keys and what is computed from, is told
 * as far as the caller's schema has it.
 */
import type { PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner'
import {
  Kind,
  parse,
  print,
  stripIgnoredCharacters,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql'
import { compileCost, estimateSelected, type OperationCost } from '../limits/cost.ts'
import { compileSelections } from '../limits/cost-tree.ts'
import { compositeType, entitiesAsked } from '../limits/system-costs.ts'
import { isInSchema } from '../supergraph/coordinates.ts'
import type { CostIndex } from '../supergraph/cost-index.ts'
import { askedPath } from './asked-path.ts'
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
  /** As it was asked for. */
  readonly operation: OperationDefinitionNode
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
          path: placeOf(path, options.operation),
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
  return asked
    .flatMap(({ fragments }) => fragments)
    .reduce((sum, { condition, selectionSet }) => {
      const type = compositeType(schema, condition)
      if (type === undefined) return sum
      const selected = compileSelections(selectionSet, type, { schema, costs })
      return sum + entities * (1 + estimateSelected(selected, values).cost)
    }, 0)
}

/** A place by the client's names, as far as the client asked for it. */
const placeOf = (path: readonly string[], operation: OperationDefinitionNode): string =>
  askedPath(
    path.filter((part) => part !== '@'),
    operation,
  )
    .map(originalName)
    .join('.')

export interface ReadableOptions extends Pick<PlanOptions, 'operation' | 'supergraphSchema'> {
  /** What the caller may know of. */
  readonly shown: GraphQLSchema
}

/** A plan as text, one line for each step. */
export const readablePlan = ({ node }: QueryPlan, options: ReadableOptions): string =>
  node === undefined ? 'No system is asked.' : lines(node, [], 0, options).join('\n')

function lines(
  node: Node,
  path: readonly string[],
  indent: number,
  options: ReadableOptions,
): readonly string[] {
  const said = (text: string) => `${'  '.repeat(indent)}${text}`
  switch (node.kind) {
    case 'Fetch': {
      const place = placeOf(path, options.operation)
      const asked = shownOf(node.operation, options)
      return [
        said(
          `ask ${node.serviceName}${place === '' ? '' : ` for ${place}`}${asked && `: ${asked}`}`,
        ),
      ]
    }
    case 'Flatten':
      return lines(node.node, [...path, ...node.path.map(String)], indent, options)
    case 'Sequence':
      return [
        said('one after the other:'),
        ...node.nodes.flatMap((each) => lines(each, path, indent + 1, options)),
      ]
    case 'Parallel':
      return [
        said('at the same time:'),
        ...node.nodes.flatMap((each) => lines(each, path, indent + 1, options)),
      ]
    case 'Condition':
    case 'Defer':
    case 'Subscription':
      return [said(node.kind)]
  }
}

/** What of a planned operation the caller may know of; empty when that is nothing. */
function shownOf(text: string, { supergraphSchema, shown }: ReadableOptions): string {
  const types = new TypeInfo(supergraphSchema)
  let isLeft = true
  const document = visit(
    parse(text, { noLocation: true }),
    visitWithTypeInfo(types, {
      Field: {
        enter: ({ name }) => {
          const parent = types.getParentType()
          // `_entities` is no field of the supergraph; below it fragments name the types.
          if (name.value.startsWith('_') || !parent) return undefined
          return isInSchema(shown, `${parent.name}.${name.value}`) ? undefined : null
        },
        leave: (field) => (field.selectionSet?.selections.length === 0 ? null : undefined),
      },
      InlineFragment: {
        enter: ({ typeCondition }) =>
          typeCondition !== undefined && shown.getType(typeCondition.name.value) === undefined
            ? null
            : undefined,
        leave: ({ selectionSet }) => (selectionSet.selections.length === 0 ? null : undefined),
      },
      OperationDefinition: {
        leave: ({ selectionSet }) => {
          isLeft = selectionSet.selections.length > 0
        },
      },
    }),
  )
  return isLeft ? stripIgnoredCharacters(print(document)) : ''
}
