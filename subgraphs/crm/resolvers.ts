/**
 * The CRM's resolvers, by noun. No SQL, no loops over the network.
 */
import type { Resolvers } from '#shared/subgraph.ts'
import { customerResolvers } from './resolvers/customers.ts'
import { salesResolvers } from './resolvers/sales.ts'
import { serviceResolvers } from './resolvers/service.ts'

const parts = [customerResolvers, salesResolvers, serviceResolvers]

export const resolvers: Resolvers = {
  ...customerResolvers,
  ...salesResolvers,
  ...serviceResolvers,
  Query: Object.assign({}, ...parts.map((part) => part['Query'])),
}
