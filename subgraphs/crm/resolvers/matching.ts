/**
 * What a match of customers across systems left for people to look at. Ids only.
 */
import type { ListArgs } from '#shared/list.ts'
import type { Resolvers } from '#shared/subgraph.ts'
import { evidenceOf, latest } from '../rules.ts'
import * as source from '../source.ts'
import { accountOfId, customerOf, maybe, type Crm } from './context.ts'

interface Finding {
  readonly customerId: string | null
}

export const matchingResolvers: Resolvers = {
  Query: {
    identityReport: async (_: unknown, __: object, { databases: { identity } }: Crm) => {
      const systems = await source.identitySummaries(identity)
      const checkedAt = latest(systems.map((each) => each.checkedAt))
      return checkedAt === null ? null : { checkedAt, systems }
    },
    identityCandidates: (_: unknown, args: ListArgs, { databases: { identity } }: Crm) =>
      source.identityCandidates.page(identity, args),
    identityFindings: (_: unknown, args: ListArgs, { databases: { identity } }: Crm) =>
      source.identityFindings.page(identity, args),
  },
  IdentityReport: {
    findings: async (_: unknown, __: object, { databases: { identity }, calendar }: Crm) =>
      (await source.identityFindingCounts(identity, calendar)).rows,
  },
  IdentityCandidate: {
    customer: customerOf,
    evidence: ({ evidence }: { readonly evidence: string }) => evidenceOf(evidence),
  },
  IdentityFinding: {
    customer: ({ customerId }: Finding, _: object, crm: Crm) =>
      maybe(customerId, async (id) =>
        crm.loaders.customerByAccount.load(await accountOfId(id, crm)),
      ),
  },
}
