/**
 * Decisions about the crosswalk in the graph: the functions of `isthmus identity` behind mutations. The
 * scope is checked before a question is planned, and here once more, where the change is made.
 */
import { AppError } from '#shared/errors.ts'
import type { Principal } from '#shared/principal.ts'
import type { Resolvers } from '#shared/subgraph.ts'
import type { Decision, Decisions } from '../identity/decisions.ts'
import type { RecordId } from '../identity/records.ts'

export interface PlatformIdentity {
  open(): Promise<Decisions>
}

const writingScope = 'crm:identity:write'

interface Context {
  readonly principal: Principal
}

interface Change<Input> {
  readonly input: Input & { readonly reason?: string | null }
  readonly idempotencyKey: string
}

interface CandidateInput {
  readonly id: string
}

interface MergeInput {
  readonly survivor: string
  readonly merged: string
}

interface SplitInput {
  readonly id: string
  readonly records?: readonly RecordId[] | null
}

export function identityResolvers(identity: PlatformIdentity): Resolvers {
  const writing = ({ principal }: Context): Promise<Decisions> => {
    if (principal.scopes.includes(writingScope)) return identity.open()
    throw new AppError('FORBIDDEN', `This needs the scope ${writingScope}.`)
  }
  return {
    Mutation: {
      acceptIdentityCandidate: async (
        _: unknown,
        change: Change<CandidateInput>,
        context: Context,
      ) => {
        const decisions = await writing(context)
        const id = await decisions.accept(change.input.id, decisionOf(change, context))
        return { customer: { id } }
      },
      rejectIdentityCandidate: async (
        _: unknown,
        change: Change<CandidateInput>,
        context: Context,
      ) => {
        const decisions = await writing(context)
        return await decisions.reject(change.input.id, decisionOf(change, context))
      },
      mergeCustomers: async (_: unknown, change: Change<MergeInput>, context: Context) => {
        const decisions = await writing(context)
        const { survivor, merged } = change.input
        const id = await decisions.merge({ survivor, merged }, decisionOf(change, context))
        return { customer: { id } }
      },
      splitCustomer: async (_: unknown, change: Change<SplitInput>, context: Context) => {
        const decisions = await writing(context)
        const { id, records } = change.input
        const made = await decisions.split(
          { id, records: records ?? [] },
          decisionOf(change, context),
        )
        return { customers: made.map((each) => ({ id: each })) }
      },
    },
  }
}

const decisionOf = (
  { input, idempotencyKey }: Change<unknown>,
  { principal }: Context,
): Decision => ({
  by: principal.subject,
  reason: input.reason ?? null,
  now: new Date(),
  idempotencyKey,
})
