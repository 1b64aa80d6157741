/**
 * A loaded supergraph as one immutable object. A request takes the current generation once and
 * keeps it to its end; a new supergraph is a new generation.
 */
import { createHash } from 'node:crypto'
import { buildASTSchema, Kind, parse, type DocumentNode, type GraphQLSchema } from 'graphql'
import { AppError } from '#shared/errors.ts'
import { apiSchemaOf } from './api-schema.ts'
import { costIndex, type CostIndex } from './cost-index.ts'
import { entityKeys, type EntityKeys } from './entity-keys.ts'
import { servicesIn, type Service } from './join-directives.ts'
import type { Plan } from './planner.ts'
import { createNeededScopes, type NeededScopes } from './needed-scopes.ts'
import { policyIndex, type PolicyIndex } from './policy-index.ts'
import { tagsOf, type Tags } from './tags.ts'

export interface Generation {
  /** SHA-256 of the supergraph's SDL, the first 16 hex digits. */
  readonly id: string
  readonly supergraphSdl: string
  readonly supergraphSchema: GraphQLSchema
  /** What clients see. */
  readonly apiSchema: GraphQLSchema
  /** Plans one valid operation without fragment spreads. */
  readonly plan: Plan
  readonly policies: PolicyIndex
  /** What of a caller's scopes a system is told. */
  readonly neededScopes: NeededScopes
  readonly keys: EntityKeys
  readonly costs: CostIndex
  /** What `@tag` says of the schema's parts. */
  readonly tags: Tags
  readonly services: readonly Service[]
}

/** Builds a generation, or throws SUPERGRAPH_INVALID and says why. */
export function createGeneration(supergraphSdl: string, plan: Plan): Generation {
  try {
    const document = parse(supergraphSdl, { noLocation: true })
    refuseContexts(document)
    const apiSchema = apiSchemaOf(document)
    const supergraphSchema = buildASTSchema(document, { assumeValid: true })
    const policies = policyIndex(document, apiSchema)
    return Object.freeze({
      id: generationId(supergraphSdl),
      supergraphSdl,
      supergraphSchema,
      apiSchema,
      plan,
      policies,
      neededScopes: createNeededScopes(policies, supergraphSchema),
      keys: entityKeys(document),
      costs: costIndex(document),
      tags: tagsOf(document),
      services: [...servicesIn(document).values()],
    })
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new AppError('SUPERGRAPH_INVALID', `This supergraph cannot be loaded: ${message}`, {
      cause,
    })
  }
}

export const generationId = (supergraphSdl: string): string =>
  createHash('sha256').update(supergraphSdl).digest('hex').slice(0, 16)

/** The subgraphs that a supergraph names. */
export const servicesOf = (supergraphSdl: string): readonly Service[] => [
  ...servicesIn(parse(supergraphSdl, { noLocation: true })).values(),
]

/** `@fromContext` would be planned, but is not run: an answer would be wrong. */
function refuseContexts({ definitions }: DocumentNode): void {
  for (const definition of definitions) {
    if (definition.kind === Kind.DIRECTIVE_DEFINITION && definition.name.value === 'context') {
      throw new AppError(
        'SUPERGRAPH_INVALID',
        'This supergraph is refused: @context is not supported.',
      )
    }
  }
}
