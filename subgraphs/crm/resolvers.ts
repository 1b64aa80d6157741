/**
 * The CRM's resolvers, by noun. No SQL, no loops over the network.
 */
import { mergeResolvers } from '#shared/subgraph.ts'
import { campaignResolvers } from './resolvers/campaigns.ts'
import { customerResolvers } from './resolvers/customers.ts'
import { matchingResolvers } from './resolvers/matching.ts'
import { salesResolvers } from './resolvers/sales.ts'
import { serviceResolvers } from './resolvers/service.ts'

export const resolvers = mergeResolvers(
  customerResolvers,
  campaignResolvers,
  matchingResolvers,
  salesResolvers,
  serviceResolvers,
)
