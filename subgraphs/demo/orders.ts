/**
 * Order to cash, in the order of days: an order, what was won before it, its shipment, invoice and
 * payment. Nothing is kept in memory but sums that later parts need.
 */
import {
  fromTwd,
  rounded,
  toTwd,
  type Customer,
  type People,
  type Product,
  type Steps,
  type Story,
} from './company.ts'
import type { Pipeline } from './pipeline.ts'
import { dateOf, momentOf, monthOf, padded, quarterOf } from './random.ts'
import type { Service } from './service.ts'

/** Sums that the ledger and the plans are written from; amounts in thousandths of TWD. */
export interface Totals {
  /** `employeeNo|quarter` → net of orders in TWD. */
  readonly sold: Map<string, number>
  /** `departmentCode|month` → revenue. */
  readonly revenue: Map<string, number>
  /** `employeeNo|quarter` → what was written of the statement. */
  readonly commission: Map<string, { lines: number; base: number; earned: number }>
  /** By customer index: days from invoice to payment, and how many payments. */
  readonly paidDays: Int32Array
  readonly paidCount: Int32Array
}

export interface Line {
  readonly sku: string
  readonly quantity: number
  /** In thousandths of the currency. */
  readonly unitPrice: number
  readonly net: number
  readonly cost: number | null
  readonly configurationId: string | null
}

export interface Order {
  readonly orderNo: string
  readonly customer: Customer
  readonly day: number
  readonly lines: readonly Line[]
  readonly net: number
}

/** An order with whom the ERP knows it to be of. */
export interface SoldOrder extends Order {
  readonly erpCustomerNo: string
  readonly salespersonNo: string | null
}

const days = 730

export function* writeOrders(
  story: Story,
  people: People,
  customers: readonly Customer[],
  products: readonly Product[],
  { pipeline, service }: { pipeline: Pipeline; service: Service },
): Steps<Totals> {
  const { size, random, today } = story
  const buyers = customers.filter((customer) => customer.erpCustomerNos.length > 0)
  const totals: Totals = {
    sold: new Map(),
    revenue: new Map(),
    commission: new Map(),
    paidDays: new Int32Array(customers.length),
    paidCount: new Int32Array(customers.length),
  }
  for (let serial = 0; serial < size.orders; serial += 1) {
    const day = today - days + 1 + Math.floor((serial * days) / size.orders)
    // Every 150th order is the partner's, so that its view of the data is rich.
    const customer = serial % 150 === 0 ? (buyers[0] ?? random.pick(buyers)) : random.pick(buyers)
    const order: Order = {
      orderNo: `SO-${dateOf(day).slice(0, 4)}-${padded(serial + 1, 6)}`,
      customer,
      day,
      ...writableLines(story, customer, products),
    }
    writeOrder(story, people, order, serial, totals, service)
    if (random.chance(150)) pipeline.won(order)
    if (serial % 20_000 === 0) yield `writing orders: ${serial} of ${size.orders}`
    else if (serial % 1_000 === 0) yield
  }
  return totals
}

function writableLines({ random }: Story, { currency }: Customer, products: readonly Product[]) {
  const lines = Array.from({ length: random.between(1, 4) }, (): Line => {
    const product = random.pick(products)
    const quantity = random.between(1, 12)
    const discounted = (product.price / 1_000) * (1 - random.int(16) / 100)
    const unitPrice = Math.max(fromTwd(discounted, currency), rounded(1_000, currency))
    return {
      sku: product.sku,
      quantity,
      unitPrice,
      net: unitPrice * quantity,
      cost: product.cost === null ? null : fromTwd(product.cost / 1_000, currency) * quantity,
      configurationId:
        product.configurationIds.length > 0 && random.chance(200)
          ? random.pick(product.configurationIds)
          : null,
    }
  })
  return { lines, net: lines.reduce((sum, line) => sum + line.net, 0) }
}

type Stage = 'CANCELLED' | 'WAITING' | 'STUCK' | 'PARTIAL' | 'SHIPPED'

/** How far an order is, by its age and by chance. */
function stageOf({ random, today }: Story, day: number, promised: number): Stage {
  if (random.chance(30)) return 'CANCELLED'
  if (random.chance(day > today - 60 ? 60 : 6)) return 'STUCK'
  if (promised - 4 > today) return 'WAITING'
  if (day > today - 45 && random.chance(80)) return 'PARTIAL'
  return day > today - 45 && random.chance(150) ? 'WAITING' : 'SHIPPED'
}

const waitingStatuses = ['SUBMITTED', 'CONFIRMED', 'IN_PRODUCTION', 'READY'] as const
const holdReasons = {
  CREDIT: 'Credit limit exceeded 超過信用額度',
  MATERIAL: 'Seals are missing 缺密封件',
  QUALITY: 'Incoming inspection failed 進料檢驗不合格',
  CUSTOMER: 'Site not ready 現場未備妥',
} as const
type HoldKind = keyof typeof holdReasons

function writeOrder(
  story: Story,
  people: People,
  order: Order,
  serial: number,
  totals: Totals,
  service: Service,
): void {
  const { write, random, today } = story
  const { orderNo, customer, day, lines, net } = order
  const promised = day + random.between(8, 30)
  const stage = stageOf(story, day, promised)
  const holdKind: HoldKind | null =
    stage === 'STUCK' ? random.pick(['CREDIT', 'CREDIT', 'MATERIAL', 'QUALITY', 'CUSTOMER']) : null
  const shippedDay = Math.min(promised - 2, today)
  const status =
    stage === 'CANCELLED'
      ? 'CANCELLED'
      : stage === 'STUCK'
        ? holdKind === 'CREDIT'
          ? 'CREDIT_HOLD'
          : 'CONFIRMED'
        : stage === 'WAITING'
          ? random.pick(waitingStatuses)
          : stage === 'PARTIAL'
            ? 'PARTIALLY_SHIPPED'
            : day > today - 45
              ? 'INVOICED'
              : 'COMPLETED'
  const part = stage === 'SHIPPED' ? 1 : stage === 'PARTIAL' ? 0.5 : 0
  const shippedOf = (line: Line) => Math.floor(line.quantity * part)
  const shippedNet = lines.reduce((sum, line) => sum + line.unitPrice * shippedOf(line), 0)
  const costs = lines.map((line) => line.cost)
  const salesperson = random.chance(980) ? customer.owner : null
  const erpCustomerNo = random.pick(customer.erpCustomerNos)
  write.erp.insert('sales_order', {
    orderNo,
    erpCustomerNo,
    channel:
      customer.index === 0
        ? 'DISTRIBUTOR'
        : random.pick(['DIRECT', 'DIRECT', 'ONLINE_MALL', 'CALL_CENTRE', 'PARTNER_API']),
    status,
    isOpen: part < 1 && stage !== 'CANCELLED',
    orderedAt: momentOf(day, serial % 540),
    orderedOn: dateOf(day),
    requestedOn: dateOf(promised - 2),
    promisedOn: dateOf(promised),
    salespersonNo: salesperson?.employeeNo ?? null,
    net,
    shippedNet,
    cost: costs.includes(null) ? null : costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0),
    currency: customer.currency,
    version: stage === 'SHIPPED' ? 4 : 2,
  })
  for (const [at, line] of lines.entries()) {
    write.erp.insert('sales_order_line', {
      orderNo,
      lineNo: at + 1,
      sku: line.sku,
      configurationId: line.configurationId,
      quantity: line.quantity * 1_000,
      shipped: shippedOf(line) * 1_000,
      unit: 'PCS',
      netPrice: line.unitPrice * 1_000,
      net: line.net,
      shippedNet: line.unitPrice * shippedOf(line),
      cost: line.cost,
      currency: customer.currency,
    })
  }
  if (holdKind !== null) writeHold(story, orderNo, holdKind, Math.min(day + 1, today))
  if (status === 'IN_PRODUCTION' || holdKind === 'MATERIAL')
    writeMadeFor(story, people, order, promised)
  if (salesperson !== null && stage !== 'CANCELLED' && customer.currency === 'TWD') {
    add(totals.sold, `${salesperson.employeeNo}|${quarterOf(day)}`, net)
  }
  if (shippedNet > 0) {
    writeShipment(story, people, order, erpCustomerNo, promised, serial)
    writeInvoice(story, order, { shippedDay, part, serial, shippedNet }, totals)
    if (random.chance(50)) {
      const sold = { ...order, erpCustomerNo, salespersonNo: salesperson?.employeeNo ?? null }
      service.caseOf(sold, Math.min(promised, today))
    }
  }
}

const add = (sums: Map<string, number>, key: string, amount: number): void => {
  sums.set(key, (sums.get(key) ?? 0) + amount)
}

function writeHold({ write, random }: Story, orderNo: string, kind: HoldKind, day: number): void {
  write.erp.insert('order_hold', {
    orderNo,
    kind,
    since: momentOf(day, random.int(540)),
    releasedAt: null,
    reason: holdReasons[kind],
  })
}

function writeMadeFor(
  { write, random }: Story,
  people: People,
  { orderNo, lines }: Order,
  promised: number,
): void {
  const [line] = lines
  if (line === undefined) return
  const id = `MO-${orderNo.slice(3)}`
  const dueOn = promised - random.between(2, 8)
  write.erp.insert('production_order', {
    id,
    sku: line.sku,
    quantity: line.quantity * 1_000,
    unit: 'PCS',
    status: random.pick(['RELEASED', 'STARTED']),
    isOpen: true,
    plannedStartOn: dateOf(dueOn - 7),
    dueOn: dateOf(dueOn),
    supervisorNo: random.pick(people.supervisors).employeeNo,
  })
  write.erp.insert('production_order_demand', { productionOrderId: id, orderNo })
}

function writeShipment(
  { write, random, today }: Story,
  people: People,
  { orderNo }: Order,
  erpCustomerNo: string,
  promised: number,
  serial: number,
): void {
  const id = `SH-${orderNo.slice(3)}`
  const isLate = random.chance(260)
  const deliveredDay = promised + (isLate ? random.between(1, 6) : -random.int(3))
  const delivered = deliveredDay <= today
  write.erp.insert('shipment', {
    id,
    erpCustomerNo,
    status: delivered ? 'DELIVERED' : 'IN_TRANSIT',
    carrier: random.pick(['T-Cat 黑貓', 'HCT 新竹物流', 'Own truck 自有車隊']),
    trackingNo: `T${padded(serial, 8)}`,
    siteId: random.pick(['TPE', 'TXG', 'KHH']),
    handlerNo: random.pick(people.handlers).employeeNo,
    shippedAt: momentOf(Math.min(promised - 2, today), serial % 540),
    promisedOn: dateOf(promised),
    deliveredAt: delivered ? momentOf(deliveredDay, (serial * 7) % 540) : null,
    deliveredOn: delivered ? dateOf(deliveredDay) : null,
    onTime: delivered ? deliveredDay <= promised : null,
    delayHours: delivered ? Math.max(0, deliveredDay - promised) * 24 : null,
    latitude: null,
    longitude: null,
  })
  write.erp.insert('shipment_order', { shipmentId: id, orderNo })
}

interface Billing {
  readonly shippedDay: number
  readonly part: number
  readonly serial: number
  readonly shippedNet: number
}

function writeInvoice(
  story: Story,
  order: Order,
  { shippedDay, part, serial, shippedNet }: Billing,
  totals: Totals,
): void {
  const { write, random, today } = story
  const { orderNo, customer, lines } = order
  if (customer.debtorNo === null) return
  const invoiceNo = `INV-${dateOf(shippedDay).slice(0, 4)}-${padded(serial + 1, 6)}`
  const due = shippedDay + customer.termDays
  const tax = customer.currency === 'TWD' ? rounded(shippedNet * 0.05, 'TWD') : 0
  const gross = shippedNet + tax
  const paidDay = payDayOf(story, customer, due)
  const paid =
    paidDay === null || paidDay > today
      ? 0
      : random.chance(40)
        ? rounded(gross / 2, customer.currency)
        : gross
  const open = gross - paid
  const overdueDays = open > 0 ? Math.max(0, today - due) : 0
  write.finance.insert('invoice', {
    invoiceNo,
    taxInvoiceNo: customer.currency === 'TWD' ? `TW${padded(serial + 10_000_000, 8)}` : null,
    kind: 'INVOICE',
    status:
      open === 0
        ? 'PAID'
        : paid > 0
          ? 'PARTIALLY_PAID'
          : overdueDays > 120 && random.chance(200)
            ? 'DISPUTED'
            : 'ISSUED',
    debtorNo: customer.debtorNo,
    caseNo: null,
    issuedOn: dateOf(shippedDay),
    dueOn: dateOf(due),
    net: shippedNet,
    tax,
    gross,
    openAmount: open,
    currency: customer.currency,
    dunningLevel: overdueDays > 0 ? Math.min(3, Math.floor(overdueDays / 20)) : null,
  })
  for (const [at, line] of lines.entries()) {
    const quantity = Math.floor(line.quantity * part)
    if (quantity === 0) continue
    write.finance.insert('invoice_line', {
      invoiceNo,
      lineNo: at + 1,
      orderNo,
      sku: line.sku,
      quantity: quantity * 1_000,
      unit: 'PCS',
      net: line.unitPrice * quantity,
      cogs: line.cost === null ? null : (line.cost / line.quantity) * quantity,
      currency: customer.currency,
    })
  }
  add(
    totals.revenue,
    `${customer.owner.departmentCode}|${monthOf(shippedDay)}`,
    toTwd(shippedNet, customer.currency),
  )
  if (paid > 0 && paidDay !== null) {
    writePayment(story, customer, { invoiceNo, paid, paidDay, serial })
    totals.paidDays[customer.index] = (totals.paidDays[customer.index] ?? 0) + paidDay - shippedDay
    totals.paidCount[customer.index] = (totals.paidCount[customer.index] ?? 0) + 1
    if (open === 0)
      writeCommission(
        story,
        order,
        { invoiceNo, paidDay, base: toTwd(shippedNet, customer.currency) },
        totals,
      )
  }
}

/** The day a customer pays, null for never. */
function payDayOf({ random }: Story, { morals }: Customer, due: number): number | null {
  switch (morals) {
    case 0:
      return due - random.int(10)
    case 1:
      return due + random.int(12)
    case 2:
      return due + random.between(5, 60)
    default:
      return random.chance(850) ? due + random.between(10, 90) : null
  }
}

function writePayment(
  { write }: Story,
  { debtorNo, currency }: Customer,
  {
    invoiceNo,
    paid,
    paidDay,
    serial,
  }: { invoiceNo: string; paid: number; paidDay: number; serial: number },
): void {
  const id = `PAY-${padded(serial + 1, 7)}`
  const bankTransactionId = `BT-${padded(serial + 1, 7)}`
  const on = dateOf(paidDay)
  write.finance.insert('bank_transaction', {
    id: bankTransactionId,
    account: `012-${currency}-001`,
    bookedOn: on,
    amount: paid,
    currency,
    counterparty: debtorNo,
    reference: invoiceNo,
    matched: true,
  })
  write.finance.insert('payment', {
    id,
    debtorNo: debtorNo ?? '',
    receivedOn: on,
    amount: paid,
    currency,
    bankTransactionId,
  })
  write.finance.insert('payment_allocation', {
    paymentId: id,
    invoiceNo,
    allocatedOn: on,
    amount: paid,
    currency,
  })
}

/** Commission of the last year and a half, by the quarter of the payment and the owner's plan. */
function writeCommission(
  { write, today }: Story,
  { orderNo, customer }: Order,
  { invoiceNo, paidDay, base }: { invoiceNo: string; paidDay: number; base: number },
  totals: Totals,
): void {
  if (paidDay < today - 540) return
  const { employeeNo, commission } = customer.owner
  const rate = commission.findLast(({ threshold }) => threshold <= base)?.rate ?? 0
  const periodKey = quarterOf(paidDay)
  const key = `${employeeNo}|${periodKey}`
  const statement = totals.commission.get(key) ?? { lines: 0, base: 0, earned: 0 }
  // In hundredths and basis points, whole numbers all the way: a float would miss exact halves.
  const amount = Math.floor(((base / 10) * rate + 5_000) / 10_000) * 10
  statement.lines += 1
  statement.base += base
  statement.earned += amount
  totals.commission.set(key, statement)
  write.finance.insert('commission_line', {
    employeeNo,
    periodKey,
    lineNo: statement.lines,
    orderNo,
    invoiceNo,
    base,
    ratePct: rate * 10_000,
    amount,
    currency: 'TWD',
  })
}
