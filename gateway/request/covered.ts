/**
 * Whether a plan asks somebody for every root field. For an interface that no system can answer,
 * Apollo's planner leaves the field out without a word; the answer would be a silent null.
 */
import type { PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner'
import {
  getNamedType,
  isAbstractType,
  Kind,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql'
import { AppError } from '#shared/errors.ts'
import { originalName } from './response-names.ts'

/** The plan, or throws NOT_MAPPED and names the field that no system can answer. */
export function covered(
  operation: OperationDefinitionNode,
  plan: QueryPlan,
  schema: GraphQLSchema,
): QueryPlan {
  refuseEmptyTypes(operation, schema)
  const asked = new Set(rootNames(operation.selectionSet.selections))
  for (const name of fetched(plan.node)) asked.delete(name)
  const [missing] = asked
  if (missing === undefined) return plan
  throw new AppError(
    'NOT_MAPPED',
    `No connected system can answer "${originalName(missing)}" as it is asked.`,
  )
}

/** An interface that no type has can only be an empty list, which nobody is asked for either. */
function refuseEmptyTypes(operation: OperationDefinitionNode, schema: GraphQLSchema): void {
  const types = new TypeInfo(schema)
  visit(
    operation,
    visitWithTypeInfo(types, {
      Field(field) {
        const type = getNamedType(types.getType())
        if (isAbstractType(type) && schema.getPossibleTypes(type).length === 0) {
          throw new AppError(
            'NOT_MAPPED',
            `No connected system has a type of "${type.name}", which "${field.name.value}" answers.`,
          )
        }
      },
    }),
  )
}

/** Response names of the root fields. */
function rootNames(selections: readonly SelectionNode[]): readonly string[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.INLINE_FRAGMENT) return rootNames(selection.selectionSet.selections)
    if (selection.kind !== Kind.FIELD || selection.name.value.startsWith('__')) return []
    return [selection.alias?.value ?? selection.name.value]
  })
}

function fetched(node: PlanNode | SubscriptionNode | undefined): readonly string[] {
  switch (node?.kind) {
    case 'Fetch':
      return node.requires === undefined ? namesIn(node.operation) : []
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(fetched)
    case 'Condition':
    case 'Flatten':
    case 'Defer':
    case 'Subscription':
    case undefined:
      return []
  }
}

const namesIn = (text: string): readonly string[] =>
  parse(text).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? rootNamesOfFetch(definition.selectionSet.selections)
      : [],
  )

const rootNamesOfFetch = (selections: readonly SelectionNode[]): readonly string[] =>
  selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection.alias?.value ?? selection.name.value]
    return selection.kind === Kind.INLINE_FRAGMENT
      ? rootNamesOfFetch(selection.selectionSet.selections)
      : []
  })
