/** A small subgraph of orders, made only of the shared part: what its tests run on. */
import {
  amount,
  belongsTo,
  boolean,
  date,
  defineRelations,
  id,
  integer,
  isOneOf,
  nullable,
  oneOf,
  text,
} from '#shared/relations.ts'
import { defineSubgraph } from '#shared/subgraph.ts'

export const relations = defineRelations({
  purchase: {
    description: 'An order of a customer.',
    columns: {
      orderNo: id(),
      customerNo: id(),
      orderedOn: date(),
      dueOn: nullable(date()),
      state: oneOf(['OPEN', 'CLOSED']),
      net: amount(),
      currency: text(),
      urgent: boolean(),
    },
    key: ['orderNo'],
    rules: { own_customers: isOneOf('customerNo', 'customerNo') },
  },
  purchase_line: {
    description: 'A line of an order.',
    columns: { orderNo: id(), lineNo: integer(), parentLineNo: nullable(integer()), sku: id() },
    key: ['orderNo', 'lineNo'],
    rules: { own_customers: belongsTo('purchase', { orderNo: 'orderNo' }) },
  },
  secret_note: {
    description: 'Has no rule, so a limited principal sees nothing of it.',
    columns: { noteNo: id(), words: text() },
    key: ['noteNo'],
  },
  catalogue: {
    description: 'No secret to anybody.',
    columns: { sku: id(), name: text() },
    key: ['sku'],
    rules: { own_customers: 'ALL' },
  },
})

export const declaration = { relations }

export const shop = defineSubgraph({
  name: 'shop',
  schema: new URL('./schema.graphql', import.meta.url),
  databases: { shop: declaration },
  resolvers: { Query: { ping: () => 'pong' } },
  loaders: () => ({}),
})
