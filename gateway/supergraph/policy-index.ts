/**
 * The rules of a loaded supergraph, ready to be asked. What they are is read in `#shared/rules`, the
 * same as a subgraph reads its own; enforcement is in request/authorise.ts.
 */
import type { DocumentNode, GraphQLSchema } from 'graphql'
import { protectedInputs, type ProtectedInputs } from '#shared/rules/inputs.ts'
import type { Requirement } from '#shared/rules/requirements.ts'
import { rulesOf, type Rules } from '#shared/rules/rules.ts'

export interface PolicyIndex extends Rules {
  /** What a filter, an order or a measure may tell. */
  readonly protectedInputs: ProtectedInputs
}

const indexed = (rules: Rules, apiSchema: GraphQLSchema): PolicyIndex => ({
  ...rules,
  protectedInputs: protectedInputs(rules, apiSchema),
})

/** Throws SUPERGRAPH_INVALID where a rule cannot be enforced. */
export const policyIndex = (document: DocumentNode, apiSchema: GraphQLSchema): PolicyIndex =>
  indexed(rulesOf(document), apiSchema)

/** Stands among the scopes of a caller who is known, where a caller may be nobody. */
export const knownCaller = '@authenticated'

/** The same rules where a caller may be nobody: being known is then a scope like any other. */
export const withNobody = (policies: PolicyIndex, apiSchema: GraphQLSchema): PolicyIndex =>
  indexed(
    {
      ...policies,
      requirements: knownOnly(policies.requirements),
      inputs: knownOnly(policies.inputs),
    },
    apiSchema,
  )

const knownOnly = (
  requirements: Rules['requirements'],
): ReadonlyMap<string, readonly Requirement[]> =>
  new Map(
    [...requirements].map(([coordinate, each]) => [
      coordinate,
      each.map((one) => (one.grants.length === 0 ? { grants: [[knownCaller]] } : one)),
    ]),
  )
