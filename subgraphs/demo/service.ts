/**
 * After the sale: cases about orders, what quality assurance made of them, credit notes, the visits
 * of technicians, what all that cost, and the tasks it leaves for people.
 */
import { rounded, toTwd, type Customer, type People, type Person, type Story } from './company.ts'
import type { Line, SoldOrder } from './orders.ts'
import { dateOf, momentOf, padded } from './random.ts'
import { resolutions, subjects } from './words.ts'

export interface Service {
  /** Writes a case about an order that was delivered on a day. */
  caseOf(order: SoldOrder, delivered: number): void
}

const kinds = ['COMPLAINT', 'COMPLAINT', 'WARRANTY', 'INCIDENT', 'RETURN', 'QUESTION'] as const
type Kind = (typeof kinds)[number]
const causes = [
  'SEAL_LEAK',
  'BEARING_WEAR',
  'CONTROLLER_FAULT',
  'WRONG_PART',
  'TRANSPORT_DAMAGE',
  'INSTALLATION',
  'DOCUMENTATION',
] as const

interface CaseFile {
  readonly caseNo: string
  readonly kind: Kind
  readonly order: SoldOrder
  readonly line: Line
  readonly opened: number
  readonly isOpen: boolean
}

export function createService(story: Story, people: People): Service {
  const { write, random, today } = story
  const returning = story.stream('returns')
  let serial = 0
  let openJobs = 0

  function insertCase(order: SoldOrder, line: Line, opened: number): CaseFile {
    const kind = random.pick(kinds)
    const caseNo = `CS-${dateOf(opened).slice(0, 4)}-${padded((serial += 1), 5)}`
    const hours = random.between(2, 240)
    const isOpen =
      opened + hours / 24 > today ||
      (opened > today - 60 && random.chance(350)) ||
      (order.customer.morals === 3 && opened > today - 150 && random.chance(500))
    const { customer } = order
    const assignee: Person = random.pick(people.technicians)
    write.crm.insert('service_case', {
      caseNo,
      kind,
      priority: random.between(1, 4),
      status: isOpen
        ? random.pick(['NEW', 'TRIAGED', 'IN_PROGRESS', 'WAITING_CUSTOMER', 'DISPATCHED'])
        : random.pick(['RESOLVED', 'CLOSED']),
      isOpen,
      subject: random.pick(subjects),
      openedAt: momentOf(opened, serial % 540),
      openedOn: dateOf(opened),
      resolvedAt: isOpen ? null : momentOf(opened + Math.floor(hours / 24), serial % 540),
      resolveHours: isOpen ? null : hours,
      slaDueAt: momentOf(opened + 5, serial % 540),
      slaBreached: hours > 120,
      crmAccountId: customer.crmAccountId,
      contactId: random.pick(customer.contactIds),
      sku: line.sku,
      serialNo: `SN${padded(serial, 8)}`,
      orderNo: order.orderNo,
      assigneeLoginId: random.chance(930) ? assignee.loginId : null,
      rootCause: isOpen && random.chance(500) ? null : random.pick(causes),
      satisfaction: isOpen || random.chance(400) ? null : random.between(1, 5),
    })
    write.crm.insert('interaction', {
      id: `IN-${caseNo}`,
      crmAccountId: customer.crmAccountId,
      contactId: random.pick(customer.contactIds),
      loginId: assignee.loginId,
      caseNo,
      opportunityId: null,
      campaignId: null,
      channel: 'PHONE',
      subject: 'Case opened 案件成立',
      at: momentOf(opened, (serial * 3) % 540),
      occurredOn: dateOf(opened),
      durationSeconds: 600,
    })
    return { caseNo, kind, order, line, opened, isOpen }
  }

  /** Parts, quality record and, where goods came back, the return order and its credit note. */
  function insertConsequences(file: CaseFile): void {
    const { caseNo, kind, order, line, opened, isOpen } = file
    if (kind === 'QUESTION') return
    const comesBack = kind === 'RETURN' || (kind === 'COMPLAINT' && returning.chance(250))
    const returnOrderNo = comesBack && !isOpen ? `RO-${caseNo.slice(3)}` : null
    const partsCost = rounded(
      toTwd(line.cost ?? line.net / 2, order.customer.currency) / line.quantity / 5,
      'TWD',
    )
    write.erp.insert('complaint_record', {
      id: `CR-${caseNo}`,
      caseNo,
      recordedAt: momentOf(Math.min(opened + 1, today), serial % 540),
      resolution: isOpen ? null : resolutionOf(returnOrderNo, random.pick(resolutions)),
      qualityNotificationNo: random.chance(500) ? `QN-${padded(serial, 5)}` : null,
      partsCost: kind === 'RETURN' ? null : partsCost,
      currency: kind === 'RETURN' ? null : 'TWD',
      returnOrderNo,
    })
    const post = (category: string, amount: number) =>
      write.finance.insert('ledger_posting', {
        id: `GL-${caseNo}-${category}`,
        account: category === 'WARRANTY' ? '6200' : '6300',
        postedOn: dateOf(Math.min(opened + 5, today)),
        category,
        departmentCode: 'SERVICE',
        costObject: null,
        employeeNo: null,
        sku: line.sku,
        caseNo,
        debit: amount,
        credit: 0,
        currency: 'TWD',
        isCommitment: false,
      })
    if (kind === 'WARRANTY') post('WARRANTY', partsCost * 2)
    post('SERVICE', random.between(8, 90) * 100_000)
    if (returnOrderNo === null) return
    insertReturnOrder(file, returnOrderNo)
    insertCreditNote(file, returnOrderNo)
  }

  const resolutionOf = (returnOrderNo: string | null, otherwise: string): string =>
    returnOrderNo === null ? otherwise : 'Goods taken back, credit granted 退貨並折讓'

  /** One piece of the line comes back: an order with negative quantity and amounts. */
  function insertReturnOrder({ order, line, opened }: CaseFile, orderNo: string): void {
    const day = Math.min(opened + 3, today)
    const { currency } = order.customer
    const net = -line.unitPrice
    const cost = line.cost === null ? null : -(line.cost / line.quantity)
    write.erp.insert('sales_order', {
      orderNo,
      erpCustomerNo: order.erpCustomerNo,
      channel: 'CALL_CENTRE',
      status: 'COMPLETED',
      isOpen: false,
      orderedAt: momentOf(day, serial % 540),
      orderedOn: dateOf(day),
      requestedOn: null,
      promisedOn: null,
      salespersonNo: order.salespersonNo,
      net,
      shippedNet: net,
      cost,
      currency,
      version: 1,
    })
    write.erp.insert('sales_order_line', {
      orderNo,
      lineNo: 1,
      sku: line.sku,
      configurationId: line.configurationId,
      quantity: -1_000,
      shipped: -1_000,
      unit: 'PCS',
      netPrice: line.unitPrice * 1_000,
      net,
      shippedNet: net,
      cost,
      currency,
    })
  }

  function insertCreditNote(
    { caseNo, order: { customer }, line, opened }: CaseFile,
    returnOrderNo: string,
  ): void {
    if (customer.debtorNo === null) return
    const invoiceNo = `CN-${caseNo.slice(3)}`
    const on = dateOf(Math.min(opened + 6, today))
    const amount = -line.unitPrice
    const tax = customer.currency === 'TWD' ? rounded(amount * 0.05, 'TWD') : 0
    // A credit note is settled at once against what the customer pays next.
    write.finance.insert('invoice', {
      invoiceNo,
      taxInvoiceNo: null,
      kind: 'CREDIT_NOTE',
      status: 'PAID',
      debtorNo: customer.debtorNo,
      caseNo,
      issuedOn: on,
      dueOn: on,
      net: amount,
      tax,
      gross: amount + tax,
      openAmount: 0,
      currency: customer.currency,
      dunningLevel: null,
    })
    write.finance.insert('payment_allocation', {
      paymentId: `PAY-${invoiceNo}`,
      invoiceNo,
      allocatedOn: on,
      amount: amount + tax,
      currency: customer.currency,
    })
    write.finance.insert('payment', {
      id: `PAY-${invoiceNo}`,
      debtorNo: customer.debtorNo,
      receivedOn: on,
      amount: amount + tax,
      currency: customer.currency,
      bankTransactionId: null,
    })
    write.finance.insert('invoice_line', {
      invoiceNo,
      lineNo: 1,
      orderNo: returnOrderNo,
      sku: line.sku,
      quantity: -1_000,
      unit: 'PCS',
      net: amount,
      cogs: line.cost === null ? null : -(line.cost / line.quantity),
      currency: customer.currency,
    })
  }

  function insertJob({ caseNo, line, isOpen, opened }: CaseFile): void {
    const planned = isOpen ? today + (openJobs % 6) : opened + 2
    const isUnassigned = isOpen && openJobs % 3 !== 2
    if (isOpen) openJobs += 1
    const technician = random.pick(people.technicians)
    write.crm.insert('field_service_job', {
      id: `FS-${caseNo.slice(3)}`,
      caseNo,
      technicianLoginId: isUnassigned ? null : technician.loginId,
      plannedAt: momentOf(planned, 120),
      plannedOn: dateOf(planned),
      latitude: 25_000_000 + random.int(60_000),
      longitude: 121_500_000 + random.int(60_000),
      status: isOpen ? (isUnassigned ? 'PLANNED' : 'DISPATCHED') : 'DONE',
      travelKm: random.between(5, 900),
      partSku: line.sku,
      requiredSkill: line.sku.startsWith('CTL')
        ? 'CONTROLLER_SERVICE'
        : line.sku.startsWith('VLV')
          ? 'VALVE_SERVICE'
          : 'PUMP_SERVICE',
    })
  }

  return {
    caseOf(order, delivered) {
      const [line] = order.lines
      if (line === undefined) return
      const file = insertCase(order, line, Math.min(delivered + random.between(1, 60), today))
      insertConsequences(file)
      if (file.kind === 'INCIDENT' || (file.kind === 'WARRANTY' && file.isOpen)) insertJob(file)
    },
  }
}

/** Tasks around today: for the demo identities and for everybody who sells or serves. */
export function writeTasks(story: Story, people: People, customers: readonly Customer[]): void {
  const { write, random, today } = story
  let serial = 0
  for (const [at, { loginId, employeeNo }] of [
    ...people.salespeople,
    ...people.technicians,
  ].entries()) {
    const own = customers.filter((customer) => customer.owner.employeeNo === employeeNo)
    for (let task = 0; task < (at === 0 ? 8 : 3); task += 1) {
      const day = today + (task % 4) - 1
      const customer = own.length > 0 ? random.pick(own) : random.pick(customers)
      write.crm.insert('task', {
        id: `TC-${padded((serial += 1), 5)}`,
        loginId,
        title: random.pick([
          'Call back 回電',
          'Send quote 寄報價',
          'Prepare visit 準備拜訪',
          'Check delivery 確認交期',
        ]),
        dueAt: momentOf(day, random.int(540)),
        dueOn: dateOf(day),
        status: task % 4 === 3 ? 'DONE' : 'OPEN',
        crmAccountId: customer.crmAccountId,
        opportunityId: null,
        caseNo: null,
      })
    }
  }
  for (const [at, { employeeNo }] of [
    ...people.salespeople.slice(0, 6),
    ...people.handlers,
    ...people.supervisors,
  ].entries()) {
    for (let task = 0; task < (at === 0 ? 5 : 2); task += 1) {
      const day = today + (task % 3)
      write.erp.insert('task', {
        id: `TE-${padded((serial += 1), 5)}`,
        employeeNo,
        title: random.pick([
          'Release order 放行訂單',
          'Confirm date 確認日期',
          'Check material 檢查物料',
        ]),
        dueAt: momentOf(day, random.int(540)),
        dueOn: dateOf(day),
        status: 'OPEN',
        orderNo: null,
        productionOrderId: at % 2 === 0 ? `MO-STOCK-${padded(random.between(1, 100), 4)}` : null,
      })
    }
  }
}
