/** A small subgraph of orders, made only of the shared part: what its tests run on. */
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
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

const folder = join(tmpdir(), `isthmus-shared-fixture-${process.pid}`)
const write = (name: string, words: string): URL => {
  const path = `${folder}-${name}`
  writeFileSync(path, words)
  return pathToFileURL(path)
}

export const declaration = {
  relations,
  tables: write(
    'tables.sql',
    `CREATE TABLE purchase (orderNo TEXT PRIMARY KEY, customerNo TEXT NOT NULL, orderedOn TEXT NOT NULL,
       dueOn TEXT, state TEXT NOT NULL, net INTEGER NOT NULL, currency TEXT NOT NULL, urgent INTEGER NOT NULL) STRICT;
     CREATE TABLE purchase_line (orderNo TEXT NOT NULL, lineNo INTEGER NOT NULL, parentLineNo INTEGER,
       sku TEXT NOT NULL, PRIMARY KEY (orderNo, lineNo)) STRICT;
     CREATE TABLE secret_note (noteNo TEXT PRIMARY KEY, words TEXT NOT NULL) STRICT;
     CREATE TABLE catalogue (sku TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT;`,
  ),
}

export const shop = defineSubgraph({
  name: 'shop',
  schema: write('schema.graphql', 'type Query { ping: String }'),
  databases: { shop: declaration },
  resolvers: { Query: { ping: () => 'pong' } },
  loaders: () => ({}),
})
