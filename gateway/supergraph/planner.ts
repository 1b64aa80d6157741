/**
 * Apollo's query planner. The only file of the running gateway that loads Apollo's internals, which
 * take a second and many megabytes: a process of its own does, see planner-process.ts.
 */
import {
  operationFromDocument,
  ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
  Supergraph,
} from '@apollo/federation-internals'
import { QueryPlanner, type QueryPlan } from '@apollo/query-planner'
import {
  parse,
  print,
  visit,
  type ConstDirectiveNode,
  type DocumentNode,
  type InterfaceTypeDefinitionNode,
  type ObjectTypeDefinitionNode,
} from 'graphql'
import { AppError } from '#shared/errors.ts'
import { flagArgument } from './join-directives.ts'
import { unfedFinder } from './plan-check.ts'
import { separateVariants } from './required-variants.ts'

/** Plans one valid operation, given as text without fragment spreads. */
export type Plan = (operation: string) => Promise<QueryPlan>

/** A planner in this thread. Throws SUPERGRAPH_INVALID and says why. */
export function createPlanner(supergraphSdl: string): Plan {
  const { planner, schema, findUnfed, restore } = load(supergraphSdl)
  const planned = (operation: string): QueryPlan => {
    const document = parse(operation, { noLocation: true })
    try {
      return planner.buildQueryPlan(operationFromDocument(schema, document, { validate: false }))
    } catch (cause) {
      throw new AppError('PLANNING_FAILED', 'No plan could be made for this question.', { cause })
    }
  }
  return async (operation) => {
    const plan = planned(operation)
    const unfed = findUnfed(plan)
    if (unfed === null) return restore(plan)
    throw new AppError(
      'PLANNING_FAILED',
      `No plan could be made that brings ${unfed} what it is computed from.`,
    )
  }
}

function load(supergraphSdl: string) {
  try {
    const { document, restore } = separateVariants(parse(supergraphSdl, { noLocation: true }))
    const supergraph = Supergraph.build(print(withResolvableKeysFirst(document)), {
      supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
    })
    return {
      planner: new QueryPlanner(supergraph),
      schema: supergraph.apiSchema(),
      findUnfed: unfedFinder(document),
      restore,
    }
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new AppError('SUPERGRAPH_INVALID', `This supergraph cannot be loaded: ${message}`, {
      cause,
    })
  }
}

/**
 * The planner takes the first key of a type that it has at hand, whether the subgraph resolves it or
 * not: those that are not resolvable go last.
 */
function withResolvableKeysFirst(document: DocumentNode): DocumentNode {
  const ordered = (node: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode) => ({
    ...node,
    directives: (node.directives ?? []).toSorted(
      (one, other) => Number(isUnresolvable(one)) - Number(isUnresolvable(other)),
    ),
  })
  return visit(document, { ObjectTypeDefinition: ordered, InterfaceTypeDefinition: ordered })
}

const isUnresolvable = (directive: ConstDirectiveNode): boolean =>
  directive.name.value === 'join__type' && flagArgument(directive, 'resolvable') === false
