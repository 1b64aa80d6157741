/**
 * The ERP's resolvers, by noun. No SQL, no loops over the network.
 */
import { mergeResolvers } from '#shared/subgraph.ts'
import { customerResolvers } from './resolvers/customers.ts'
import { orderResolvers } from './resolvers/orders.ts'
import { productResolvers } from './resolvers/products.ts'
import { supplyResolvers } from './resolvers/supply.ts'

export const resolvers = mergeResolvers(
  customerResolvers,
  orderResolvers,
  productResolvers,
  supplyResolvers,
)
