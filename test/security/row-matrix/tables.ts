/**
 * Which table has the rows of a type, for plain SQL to compare with: those that a root lists or finds by
 * key, and those that a root sums. Columns have the names of the key's arguments.
 */

export interface Table {
  readonly database: string
  readonly table: string
}

const tablesBySystem: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  crm: {
    Segment: 'segment',
    Customer: 'customer',
    Contact: 'contact',
    Interaction: 'interaction',
    Lead: 'lead',
    Opportunity: 'opportunity',
    Quote: 'quote',
    QuoteLine: 'quote_line',
    Campaign: 'campaign',
    Case: 'service_case',
    FieldServiceJob: 'field_service_job',
    CrmTask: 'task',
  },
  erp: {
    Product: 'product',
    ProductConfiguration: 'product_configuration',
    Site: 'site',
    Supplier: 'supplier',
    PurchaseOrder: 'purchase_order',
    SalesOrder: 'sales_order',
    SalesOrderLine: 'sales_order_line',
    Shipment: 'shipment',
    ProductionOrder: 'production_order',
    SalesPlan: 'sales_plan',
    ComplaintRecord: 'complaint_record',
    ErpTask: 'task',
    MarketDatum: 'market_datum',
    ErpCustomerRecord: 'customer',
  },
  hr: { Employee: 'employee', Department: 'department' },
  finance: {
    Invoice: 'invoice',
    Payment: 'payment',
    BankTransaction: 'bank_transaction',
    LedgerAccount: 'ledger_account',
    DebtorRecord: 'debtor',
  },
}

const tables = new Map<string, Table>(
  Object.entries(tablesBySystem).flatMap(([database, ofTypes]) =>
    Object.entries(ofTypes).map(([type, table]): [string, Table] => [type, { database, table }]),
  ),
)

/** Throws for a type that nobody said the table of: its rows could not be judged. */
export function tableOf(type: string): Table {
  const table = tables.get(type)
  if (table === undefined)
    throw new Error(`the table of ${type} is not in test/security/row-matrix/tables.ts`)
  return table
}

/** Keys of a type that stand in another table than its rows: the same customer in other systems. */
const foreignKeys: Readonly<Record<string, Table & { readonly column: string }>> = {
  'Customer.id': { database: 'identity', table: 'identity_link', column: 'customerId' },
  'Customer.erpCustomerNo': { database: 'erp', table: 'customer', column: 'erpCustomerNo' },
  'Customer.debtorNo': { database: 'finance', table: 'debtor', column: 'debtorNo' },
}

export interface KeyColumns extends Table {
  readonly columns: readonly string[]
  /** Whether it is the table of the rows themselves, so that a key in it is a row. */
  readonly isOwn: boolean
}

export function keyColumns(type: string, key: readonly string[]): KeyColumns {
  const [only = ''] = key
  const elsewhere = key.length === 1 ? foreignKeys[`${type}.${only}`] : undefined
  return elsewhere === undefined
    ? { ...tableOf(type), columns: key, isOwn: true }
    : { ...elsewhere, columns: [elsewhere.column], isOwn: false }
}

export interface Sums {
  readonly database: string
  /**
   * Columns by the names of the group's fields, one row for each currency. Money is an integer of
   * ten-thousandths, a quantity of thousandths, as the tables keep them.
   */
  readonly sql: string
}

const today = `(SELECT value FROM isthmus_meta WHERE key = 'asOf')`

/** What a root that sums answers over everything that it sums. */
const sums: Readonly<Record<string, Sums>> = {
  leadAggregates: {
    database: 'crm',
    sql: `SELECT count(*) AS count, count(*) FILTER (WHERE status = 'CONVERTED') AS converted
      FROM lead HAVING count(*) > 0`,
  },
  opportunityAggregates: {
    database: 'crm',
    sql: `SELECT currency, count(*) AS count, sum(amount) AS amount, 
      coalesce(sum(weightedAmount) FILTER (WHERE stage NOT IN ('WON', 'LOST')), 0) AS weighted,
      coalesce(sum(amount) FILTER (WHERE stage = 'WON'), 0) AS won FROM opportunity GROUP BY currency`,
  },
  opportunityProductAggregates: {
    database: 'crm',
    sql: `SELECT currency, count(DISTINCT opportunityId) AS opportunities, sum(quantity) AS quantity,
      sum(amount) AS amount FROM opportunity_line GROUP BY currency`,
  },
  caseAggregates: {
    database: 'crm',
    sql: `SELECT count(*) AS count, count(*) FILTER (WHERE isOpen) AS open,
      count(*) FILTER (WHERE slaBreached) AS breached FROM service_case HAVING count(*) > 0`,
  },
  salesOrderAggregates: {
    database: 'erp',
    sql: `SELECT currency, count(*) AS count, sum(net) AS ordered, sum(shippedNet) AS shipped,
      sum(cost) AS cost, count(cost) AS costedCount FROM sales_order GROUP BY currency`,
  },
  salesOrderLineAggregates: {
    database: 'erp',
    sql: `SELECT line.currency, count(DISTINCT line.orderNo) AS orders, sum(line.quantity) AS quantity,
      sum(line.net) AS ordered, sum(line.shippedNet) AS shipped, sum(line.cost) AS cost
      FROM sales_order_line AS line JOIN sales_order AS placed ON placed.orderNo = line.orderNo
      WHERE placed.status <> 'CANCELLED' GROUP BY line.currency`,
  },
  deliveryAggregates: {
    database: 'erp',
    sql: `SELECT count(*) AS shipments, count(*) FILTER (WHERE onTime) AS onTime
      FROM shipment WHERE onTime IS NOT NULL HAVING count(*) > 0`,
  },
  invoiceAggregates: {
    database: 'finance',
    sql: `SELECT currency, count(*) AS count, sum(net) AS net, sum(gross) AS gross,
      sum(openAmount) AS open FROM invoice GROUP BY currency`,
  },
  revenueAggregates: {
    database: 'finance',
    sql: `SELECT line.currency, count(DISTINCT line.invoiceNo) AS invoices, sum(line.quantity) AS quantity,
      sum(line.net) AS net, sum(line.cogs) AS cogs, count(*) - count(line.cogs) AS uncostedLines
      FROM invoice_line AS line JOIN invoice ON invoice.invoiceNo = line.invoiceNo
      WHERE invoice.status <> 'DRAFT' GROUP BY line.currency`,
  },
  receivableAggregates: {
    database: 'finance',
    sql: `SELECT currency, sum(openAmount) AS open, count(*) AS invoices,
      coalesce(sum(openAmount) FILTER (WHERE dueOn < ${today}), 0) AS overdue FROM invoice
      WHERE openAmount <> 0 AND status NOT IN ('DRAFT', 'WRITTEN_OFF') GROUP BY currency`,
  },
  ledgerAggregates: {
    database: 'finance',
    sql: `SELECT currency, count(*) AS count, sum(debit) AS debit, sum(credit) AS credit
      FROM ledger_posting GROUP BY currency`,
  },
  budgetAggregates: {
    database: 'finance',
    sql: `SELECT currency, sum(amount) AS budget, sum(debit) AS committed FROM (
      SELECT currency, amount, 0 AS debit FROM budget
      UNION ALL SELECT currency, 0, debit FROM ledger_posting WHERE isCommitment
      UNION ALL SELECT currency, 0, 0 FROM ledger_posting) GROUP BY currency`,
  },
  headcountAggregates: {
    database: 'hr',
    sql: `SELECT count(*) AS headcount FROM employee
      WHERE hiredOn <= ${today} AND (leftOn IS NULL OR leftOn >= ${today}) HAVING count(*) > 0`,
  },
}

/** Throws for a root that nobody said the sums of: they could not be judged. */
export function sumsOf(root: string): Sums {
  const known = Object.hasOwn(sums, root) ? sums[root] : undefined
  if (known === undefined)
    throw new Error(`the sums of ${root} are not in test/security/row-matrix/tables.ts`)
  return known
}
