/**
 * A loaded supergraph as one immutable object. A request takes the current generation once and
 * keeps it to its end; a new supergraph is a new generation.
 */
import { createHash } from 'node:crypto'
import {
  operationFromDocument,
  ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
  Supergraph,
} from '@apollo/federation-internals'
import { QueryPlanner, type QueryPlan } from '@apollo/query-planner'
import { Kind, parse, type DocumentNode, type GraphQLSchema } from 'graphql'
import { AppError } from '#shared/errors.ts'
import { entityKeys, type EntityKeys } from './entity-keys.ts'
import { policyIndex, type PolicyIndex } from './policy-index.ts'
import { requiredWithArguments } from './required-arguments.ts'

export interface Generation {
  /** SHA-256 of the supergraph's SDL, the first 16 hex digits. */
  readonly id: string
  readonly supergraphSdl: string
  readonly supergraphSchema: GraphQLSchema
  /** What clients see. */
  readonly apiSchema: GraphQLSchema
  /** Plans one valid operation without fragment spreads. */
  plan(operation: DocumentNode): Promise<QueryPlan>
  readonly policies: PolicyIndex
  readonly keys: EntityKeys
  /** Fields that some `@requires` asks for with arguments. */
  readonly requiredWithArguments: ReadonlySet<string>
  readonly services: readonly { readonly name: string; readonly url: string }[]
}

/** Builds a generation, or throws SUPERGRAPH_INVALID and says why. */
export function createGeneration(supergraphSdl: string): Generation {
  const policies = policyIndex(supergraphSdl)
  refuseContexts(supergraphSdl)
  try {
    const supergraph = Supergraph.build(supergraphSdl, {
      supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
    })
    const plannerApiSchema = supergraph.apiSchema()
    const planner = new QueryPlanner(supergraph)
    return Object.freeze({
      id: createHash('sha256').update(supergraphSdl).digest('hex').slice(0, 16),
      supergraphSdl,
      supergraphSchema: supergraph.schema.toGraphQLJSSchema(),
      apiSchema: plannerApiSchema.toGraphQLJSSchema(),
      plan: async (document: DocumentNode) =>
        planner.buildQueryPlan(
          operationFromDocument(plannerApiSchema, document, { validate: false }),
        ),
      policies,
      keys: entityKeys(supergraphSdl),
      requiredWithArguments: requiredWithArguments(supergraphSdl),
      services: supergraph.subgraphsMetadata(),
    })
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new AppError('SUPERGRAPH_INVALID', `This supergraph cannot be loaded: ${message}`, {
      cause,
    })
  }
}

/** `@fromContext` would be planned, but the executor ignores it: an answer would be wrong. */
function refuseContexts(supergraphSdl: string): void {
  for (const definition of parse(supergraphSdl).definitions) {
    if (definition.kind === Kind.DIRECTIVE_DEFINITION && definition.name.value === 'context') {
      throw new AppError(
        'SUPERGRAPH_INVALID',
        'This supergraph is refused: @context is not supported.',
      )
    }
  }
}
