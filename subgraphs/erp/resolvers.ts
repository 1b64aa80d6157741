/**
 * The ERP's resolvers, by noun. No SQL, no loops over the network.
 */
import type { Resolvers } from '#shared/subgraph.ts'
import { orderResolvers } from './resolvers/orders.ts'
import { productResolvers } from './resolvers/products.ts'
import { supplyResolvers } from './resolvers/supply.ts'

const parts = [productResolvers, orderResolvers, supplyResolvers]

export const resolvers: Resolvers = {
  ...productResolvers,
  ...orderResolvers,
  ...supplyResolvers,
  Query: Object.assign({}, ...parts.map((part) => part['Query'])),
}
