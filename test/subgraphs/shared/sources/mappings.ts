/** The declaration of the small company and its mappings, in the dialect of each kind of database. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  amount,
  belongsTo,
  boolean,
  date,
  defineRelations,
  id,
  instant,
  integer,
  isOneOf,
  nullable,
  oneOf,
  quantity,
  text,
} from '#shared/relations.ts'
import type { SourceKind } from '#shared/sources/connection.ts'

export const relations = defineRelations({
  customer: {
    description: 'A customer.',
    entity: 'Customer',
    columns: {
      customerNo: id(),
      code: id(),
      name: text(),
      region: nullable(id()),
      creditLimit: nullable(amount()),
      isActive: boolean(),
      since: date(),
      status: oneOf(['OPEN', 'CLOSED', 'BLOCKED', 'LOST']),
      /** Not mapped. */
      rating: nullable(integer()),
      /** Not mapped. */
      exposure: amount(),
    },
    key: ['customerNo'],
    rules: {
      own_customers: isOneOf('customerNo', 'customerNo'),
      own_region: isOneOf('region', 'region'),
    },
  },
  sales_order: {
    description: 'An order of a customer.',
    entity: 'SalesOrder',
    columns: {
      orderNo: id(),
      customerNo: id('Customer.customerNo'),
      number: id(),
      net: amount(),
      placedAt: instant(),
      dueOn: nullable(date()),
      kind: oneOf(['INVOICE', 'CREDIT_NOTE', 'OTHER']),
    },
    key: ['orderNo'],
    rules: {
      own_customers: isOneOf('customerNo', 'customerNo'),
      own_region: belongsTo('customer', { customerNo: 'customerNo' }),
    },
  },
  order_line: {
    description: 'A line of an order.',
    columns: {
      orderNo: id('SalesOrder.orderNo'),
      lineNo: integer(),
      sku: id('Product.sku'),
      quantity: quantity(),
    },
    key: ['orderNo', 'lineNo'],
    rules: { own_customers: belongsTo('sales_order', { orderNo: 'orderNo' }) },
  },
  /** Has no mapping. */
  contract: {
    description: 'A contract of a customer.',
    columns: { contractNo: id(), customerNo: id() },
    key: ['contractNo'],
  },
})

/** Quoted as the dialect does, out of a text with `[names]`. */
const inDialect = (kind: SourceKind, sql: string): string =>
  sql.replaceAll(/\[([^\]]+)\]/g, kind === 'mysql' ? '`$1`' : '"$1"')

export const files: Readonly<Record<string, string>> = {
  customer: `-- Customers, without the deleted ones; ":name" and ';' in a comment are nothing.
SELECT c.id AS [customerNo], c.[select] AS code, c.[First Name] AS name, c.[REGION] AS region,
       c.[limit] AS [creditLimit], c.is_on AS [isActive], c.since AS since, c.st AS status
  FROM [Customer-Master] c
 WHERE c.deleted = :deleted AND ':deleted' <> 'x';`,
  sales_order: `SELECT o.uid AS [orderNo], o.cust AS [customerNo], o.num AS number, o.amount AS net,
       o.placed AS [placedAt], o.due AS [dueOn], o.kind AS kind
  FROM order_head o
  LEFT JOIN [Customer-Master] c ON c.id = o.cust -- ends in a comment`,
  order_line: `SELECT l.uid AS [orderNo], l.no AS [lineNo], l.sku AS sku, l.qty AS quantity FROM [order-line] l`,
}

const codes = `customer:
  status: { 10: OPEN, 20: CLOSED, 21: CLOSED, 30: BLOCKED }
sales_order:
  kind: { INV: INVOICE, inv: OTHER, CRN: CREDIT_NOTE }
`

/** Writes a mapping set into a folder; `address` is what source.yaml says of the database. */
export function writeMappings(
  folder: string,
  kind: SourceKind,
  address: string,
  changed: Readonly<Record<string, string>> = {},
): void {
  mkdirSync(folder, { recursive: true })
  const deleted = kind === 'postgresql' ? 'false' : '0'
  writeFileSync(
    join(folder, 'source.yaml'),
    `kind: ${kind}\n${address}\ntimeZone: Europe/Berlin\nparameters: { deleted: ${deleted} }\n`,
  )
  writeFileSync(join(folder, 'codes.yaml'), codes)
  for (const [name, sql] of Object.entries({ ...files, ...changed })) {
    writeFileSync(join(folder, `${name}.sql`), inDialect(kind, sql))
  }
}
