/**
 * Many more rows for the tables of the packs, the same for the same seed, and what they must add up to,
 * counted while they are made: never by SQL.
 */
import { createStream, type Random } from '../../subgraphs/demo/random.ts'

export interface Bulk {
  readonly statements: readonly string[]
  /** Net of orders that the graph sees, by customer, in hundredths. */
  readonly ordered: ReadonlyMap<string, number>
  /** What is open of issued documents, by debtor, in hundredths. */
  readonly open: ReadonlyMap<string, number>
  /** On hand, by product and site, in thousandths. */
  readonly stock: ReadonlyMap<string, number>
}

const customers = 20
const orders = 300
const documents = 200
const quants = 120

const add = (to: Map<string, number>, key: string, amount: number) =>
  to.set(key, (to.get(key) ?? 0) + amount)

const money = (hundredths: number) => (hundredths / 100).toFixed(2)

interface Document {
  readonly customer: number
  readonly isRefund: boolean
  readonly gross: number
  readonly open: number
  readonly isOurs: boolean
  readonly state: 'draft' | 'posted' | 'cancel'
}

function documentOf(random: Random): Document {
  const gross = random.between(100, 500_000)
  const paid = random.pick([0, gross, Math.trunc(gross / 2), Math.trunc(gross / 3)])
  return {
    customer: random.int(customers),
    isRefund: random.chance(150),
    gross,
    open: gross - paid,
    isOurs: random.chance(850),
    state: random.pick(['posted', 'posted', 'posted', 'posted', 'draft', 'cancel'] as const),
  }
}

const signed = ({ isRefund, open }: Document) => (isRefund ? -open : open)

export function odooBulk(seed: number): Bulk {
  const random = createStream(seed, 'odoo')
  const ordered = new Map<string, number>()
  const open = new Map<string, number>()
  const stock = new Map<string, number>()
  const statements: string[] = []
  for (let at = 0; at < customers; at += 1) {
    const id = 1000 + at
    statements.push(
      `INSERT INTO res_partner (id, name, commercial_partner_id, is_company, type, active, customer_rank, supplier_rank, create_date) VALUES (${id}, 'Bulk ${at}', ${id}, true, 'contact', true, 1, 0, '2025-01-01')`,
      `INSERT INTO res_partner (id, name, parent_id, commercial_partner_id, is_company, type, active, customer_rank, supplier_rank, create_date) VALUES (${id + 1000}, 'Buyer ${at}', ${id}, ${id}, false, 'contact', true, 0, 0, '2025-01-01')`,
    )
  }
  for (let at = 0; at < orders; at += 1) {
    const id = 1000 + at
    const customer = random.int(customers)
    const company = random.chance(850) ? 1 : 2
    const state = random.pick(['draft', 'sent', 'sale', 'sale', 'sale', 'cancel'])
    const wasConfirmed = state === 'sale' || (state === 'cancel' && random.chance(500))
    const prices = Array.from({ length: random.between(1, 3) }, () => random.between(1, 99_999))
    const net = prices.reduce((sum, price) => sum + price, 0)
    statements.push(
      `INSERT INTO sale_order (id, name, state, company_id, partner_id, currency_id, currency_rate, procurement_group_id, date_order, create_date, amount_untaxed, invoice_status) VALUES (${id}, 'B${id}', '${state}', ${company}, ${2000 + customer}, 1, 1, ${wasConfirmed ? id : 'NULL'}, '2026-02-01 10:00:00', '2026-02-01 10:00:00', ${money(net)}, 'no')`,
      ...prices.map(
        (price, line) =>
          `INSERT INTO sale_order_line (id, order_id, product_id, product_uom, product_uom_qty, qty_delivered, price_reduce_taxexcl, price_subtotal) VALUES (${id * 10 + line}, ${id}, 101, 1, 1, 0, ${money(price)}, ${money(price)})`,
      ),
    )
    if (company === 1 && wasConfirmed) add(ordered, String(1000 + customer), net)
  }
  for (let at = 0; at < documents; at += 1) {
    const id = 1000 + at
    const document = documentOf(random)
    const { customer, gross, isOurs, isRefund, state } = document
    const name = state === 'draft' ? '/' : `BULK/${id}`
    const left = document.open === 0 ? 'paid' : document.open < gross ? 'partial' : 'not_paid'
    statements.push(
      `INSERT INTO account_move (id, name, move_type, state, payment_state, company_id, journal_id, partner_id, commercial_partner_id, currency_id, date, invoice_date, invoice_date_due, amount_untaxed, amount_tax, amount_total, amount_residual) VALUES (${id}, '${name}', '${isRefund ? 'out_refund' : 'out_invoice'}', '${state}', '${left}', ${isOurs ? 1 : 2}, 1, ${2000 + customer}, ${1000 + customer}, 1, '2026-02-01', '2026-02-01', '2026-03-01', ${money(gross)}, 0, ${money(gross)}, ${money(document.open)})`,
    )
    if (isOurs && state === 'posted') add(open, String(1000 + customer), signed(document))
  }
  const sites = new Map([
    [11, 1],
    [12, 1],
    [14, null],
    [21, 2],
    [31, null],
    [40, null],
  ])
  for (let at = 0; at < quants; at += 1) {
    const [place, site] = random.pick([...sites])
    const product = random.pick([102, 501, 701])
    const quantity = random.between(1, 99_999)
    statements.push(
      `INSERT INTO stock_quant (id, product_id, location_id, quantity, reserved_quantity) VALUES (${1000 + at}, ${product}, ${place}, ${(quantity / 1000).toFixed(3)}, 0)`,
    )
    if (site !== null) add(stock, `${product}@${site}`, quantity)
  }
  return { statements, ordered, open, stock }
}

export function erpnextBulk(seed: number): Bulk {
  const random = createStream(seed, 'erpnext')
  const ordered = new Map<string, number>()
  const open = new Map<string, number>()
  const stock = new Map<string, number>()
  const statements: string[] = []
  const nameOf = (at: number) => `Bulk ${at}`
  for (let at = 0; at < customers; at += 1) {
    statements.push(
      `INSERT INTO \`tabCustomer\` (name, creation, customer_name) VALUES ('${nameOf(at)}', '2025-01-01', '${nameOf(at)}')`,
    )
  }
  for (let at = 0; at < orders; at += 1) {
    const name = `BULK-ORD-${1000 + at}`
    const customer = nameOf(random.int(customers))
    const isOurs = random.chance(850)
    const docstatus = random.pick([0, 1, 1, 1, 2])
    const net = random.between(1, 99_999)
    const company = isOurs ? 'Brandt GmbH' : 'Brandt USA'
    statements.push(
      `INSERT INTO \`tabSales Order\` (name, docstatus, customer, order_type, status, company, transaction_date, currency, conversion_rate, net_total) VALUES ('${name}', ${docstatus}, '${customer}', 'Sales', 'To Deliver', '${company}', '2026-02-01', 'EUR', 1, ${money(net)})`,
    )
    if (isOurs && docstatus !== 0) add(ordered, customer, net)
  }
  const states = { draft: 0, posted: 1, cancel: 2 } as const
  for (let at = 0; at < documents; at += 1) {
    const name = `BULK-INV-${1000 + at}`
    const document = documentOf(random)
    const customer = nameOf(document.customer)
    const company = document.isOurs ? 'Brandt GmbH' : 'Brandt USA'
    const sign = document.isRefund ? -1 : 1
    const entry = (voucher: string, amount: number, delinked: 0 | 1) =>
      `INSERT INTO \`tabPayment Ledger Entry\` (name, posting_date, company, account_type, party_type, party, voucher_type, voucher_no, against_voucher_type, against_voucher_no, account_currency, amount_in_account_currency, delinked) VALUES ('${name}-${voucher}-${delinked}', '2026-02-01', '${company}', 'Receivable', 'Customer', '${customer}', '${voucher}', '${name}-${voucher}', 'Sales Invoice', '${name}', 'EUR', ${money(amount)}, ${delinked})`
    const { gross } = document
    const paid = gross - document.open
    statements.push(
      `INSERT INTO \`tabSales Invoice\` (name, docstatus, customer, status, company, posting_date, due_date, is_return, currency, conversion_rate, party_account_currency, net_total, grand_total) VALUES ('${name}', ${states[document.state]}, '${customer}', '${document.state === 'draft' ? 'Draft' : 'Unpaid'}', '${company}', '2026-02-01', '2026-03-01', ${document.isRefund ? 1 : 0}, 'EUR', 1, 'EUR', ${money(sign * gross)}, ${money(sign * gross)})`,
      entry('Sales Invoice', sign * gross, 0),
      entry('Payment Entry', -sign * paid, 0),
      entry('Journal Entry', -sign * gross, 1),
    )
    if (document.isOurs && document.state === 'posted') add(open, customer, signed(document))
  }
  for (let at = 0; at < quants; at += 1) {
    const place = random.pick(['Stores - BG', 'Transit - BG', 'Stores - BU'])
    const item = `BULK-${at}`
    const quantity = random.between(-5_000, 99_999)
    statements.push(
      `INSERT INTO \`tabBin\` (name, item_code, warehouse, actual_qty, stock_uom) VALUES ('bulk-${at}', '${item}', '${place}', ${(quantity / 1000).toFixed(3)}, 'Nos')`,
    )
    if (place !== 'Stores - BU') add(stock, `${item}@${place}`, quantity)
  }
  return { statements, ordered, open, stock }
}
