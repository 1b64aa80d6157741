/**
 * The ERP subgraph: what it is made of.
 */
import { defineSubgraph } from '#shared/subgraph.ts'
import { createLoaders, databases } from './loaders.ts'
import { resolvers } from './resolvers.ts'

export const subgraph = defineSubgraph({
  name: 'erp',
  schema: new URL('./schema.graphql', import.meta.url),
  databases,
  resolvers,
  loaders: createLoaders,
})
