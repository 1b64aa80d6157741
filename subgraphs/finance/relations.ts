/**
 * The relations of the finance database: receivables, payments, credit, ledger, budget, bank and
 * commission. Amounts are in the currency of their row; costs in the ledger are in its own currency.
 */
import {
  amount,
  belongsTo,
  boolean,
  date,
  decimal,
  defineRelations,
  id,
  integer,
  isOneOf,
  nullable,
  oneOf,
  quantity,
  rate,
  type RowGuard,
  text,
} from '#shared/relations.ts'

export const invoiceKinds = ['INVOICE', 'CREDIT_NOTE', 'PREPAYMENT'] as const
export const invoiceStatuses = [
  'DRAFT',
  'ISSUED',
  'PARTIALLY_PAID',
  'PAID',
  'DISPUTED',
  'WRITTEN_OFF',
] as const
export const creditRatings = ['A', 'B', 'C', 'D'] as const
export const commissionStatuses = ['ACCRUED', 'APPROVED', 'PAID', 'DISPUTED'] as const
export const rateKinds = ['SPOT', 'AVERAGE', 'CLOSING', 'BUDGET'] as const
export const accountKinds = ['REVENUE', 'EXPENSE', 'ASSET', 'LIABILITY'] as const
export const costCategories = [
  'PERSONNEL',
  'OPERATING',
  'WARRANTY',
  'SERVICE',
  'CAMPAIGN',
  'TRAVEL',
  'REVENUE',
] as const

const ofDebtor = {
  own_customers: isOneOf('debtorNo', 'debtorNo'),
  region_customers: belongsTo('debtor', { debtorNo: 'debtorNo' }),
}
const onInvoice = belongsTo('invoice', { invoiceNo: 'invoiceNo' })
const ofInvoice = { own_customers: onInvoice, region_customers: onInvoice }

/** What somebody earned is theirs to see, and of those who may see everybody's. */
const ownCommission: RowGuard = {
  unless: ['finance:commission:read'],
  rule: isOneOf('employeeNo', 'employeeNo'),
}

export const relations = defineRelations({
  debtor: {
    description: 'A customer as finance knows it.',
    entity: 'Customer',
    columns: {
      debtorNo: id(),
      /** The ERP number under which it is billed. */
      erpCustomerNo: nullable(id('Customer.erpCustomerNo')),
      name: text(),
      currency: text(),
      /** Null: no decision was made, so every order needs a review. */
      creditLimit: nullable(amount()),
      creditRating: nullable(oneOf(creditRatings)),
      creditHold: boolean(),
      averageDaysToPay: nullable(decimal(7, 2)),
      /** The sales region that answers for what it owes. */
      region: nullable(id()),
    },
    key: ['debtorNo'],
    indexes: [['erpCustomerNo'], ['name'], ['region']],
    rules: {
      own_customers: ofDebtor.own_customers,
      region_customers: isOneOf('region', 'region'),
    },
  },
  debtor_particulars: {
    description: 'By what finance recognises a debtor, and the terms it grants.',
    columns: {
      debtorNo: id('Customer.debtorNo'),
      legalName: nullable(text()),
      taxRegistrationNo: nullable(text()),
      line1: nullable(text()),
      city: nullable(text()),
      postalCode: nullable(text()),
      phone: nullable(text()),
      paymentTerms: nullable(text()),
    },
    key: ['debtorNo'],
    rules: ofDebtor,
  },
  invoice: {
    description: 'An invoice, credit note (negative amounts) or prepayment.',
    entity: 'Invoice',
    columns: {
      invoiceNo: id(),
      taxInvoiceNo: nullable(id()),
      kind: oneOf(invoiceKinds),
      status: oneOf(invoiceStatuses),
      debtorNo: id('Customer.debtorNo'),
      /** The case it is for: the complaint that a credit note credits, or a repair that is billed. */
      caseNo: nullable(id('Case.caseNo')),
      issuedOn: date(),
      dueOn: date(),
      net: amount(),
      tax: amount(),
      gross: amount(),
      /** gross less what was allocated to it. */
      openAmount: amount(),
      currency: text(),
      dunningLevel: nullable(integer()),
    },
    key: ['invoiceNo'],
    indexes: [
      ['debtorNo', 'issuedOn'],
      // All that ageing reads, so that it never touches the rows.
      ['debtorNo', 'openAmount', 'dueOn', 'status', 'currency'],
      ['issuedOn'],
      ['dueOn'],
      ['openAmount'],
      ['status', 'dueOn'],
      ['caseNo'],
    ],
    rules: ofDebtor,
  },
  invoice_line: {
    description: 'What an invoice bills.',
    columns: {
      invoiceNo: id('Invoice.invoiceNo'),
      lineNo: integer(),
      orderNo: nullable(id('SalesOrder.orderNo')),
      sku: nullable(id('Product.sku')),
      quantity: quantity(),
      unit: text(),
      net: amount(),
      /** Cost of goods sold in the invoice’s currency; null where the product has no cost. */
      cogs: nullable(amount()),
      currency: text(),
    },
    key: ['invoiceNo', 'lineNo'],
    indexes: [['orderNo'], ['sku']],
    rules: ofInvoice,
  },
  payment: {
    description: 'Money received from a customer.',
    entity: 'Payment',
    columns: {
      id: id(),
      debtorNo: id('Customer.debtorNo'),
      receivedOn: date(),
      amount: amount(),
      currency: text(),
      bankTransactionId: nullable(id('BankTransaction.id')),
    },
    key: ['id'],
    indexes: [['debtorNo', 'receivedOn'], ['receivedOn'], ['amount']],
    rules: ofDebtor,
  },
  payment_allocation: {
    description: 'The part of a payment that settles an invoice.',
    columns: {
      paymentId: id('Payment.id'),
      invoiceNo: id('Invoice.invoiceNo'),
      allocatedOn: date(),
      amount: amount(),
      currency: text(),
    },
    key: ['paymentId', 'invoiceNo'],
    indexes: [['invoiceNo']],
    rules: ofInvoice,
  },
  bank_transaction: {
    description: 'A booking on one of our bank accounts.',
    entity: 'BankTransaction',
    columns: {
      id: id(),
      account: text(),
      bookedOn: date(),
      amount: amount(),
      currency: text(),
      counterparty: nullable(text()),
      reference: nullable(text()),
      matched: boolean(),
    },
    key: ['id'],
    indexes: [['bookedOn'], ['amount']],
  },
  ledger_account: {
    description: 'The chart of accounts.',
    entity: 'LedgerAccount',
    columns: { account: id(), name: text(), kind: oneOf(accountKinds) },
    key: ['account'],
    indexes: [['name'], ['kind']],
  },
  cost_centre: {
    description: 'The cost centre of a department.',
    columns: { costCentre: id(), departmentCode: id('Department.code'), name: text() },
    key: ['costCentre'],
    indexes: [['departmentCode']],
  },
  ledger_posting: {
    description: 'A posting of the general ledger, with what it was for.',
    columns: {
      id: id(),
      account: id('LedgerAccount.account'),
      postedOn: date(),
      category: oneOf(costCategories),
      departmentCode: nullable(id('Department.code')),
      costObject: nullable(id()),
      employeeNo: nullable(id('Employee.employeeNo')),
      sku: nullable(id('Product.sku')),
      caseNo: nullable(id('Case.caseNo')),
      debit: amount(),
      credit: amount(),
      currency: text(),
      /** Ordered but not yet invoiced to us. */
      isCommitment: boolean(),
    },
    key: ['id'],
    indexes: [
      ['postedOn'],
      ['departmentCode', 'category', 'postedOn'],
      ['costObject', 'postedOn'],
      ['employeeNo', 'category', 'postedOn'],
      ['sku', 'category', 'postedOn'],
      ['caseNo'],
      ['account', 'postedOn'],
    ],
  },
  budget: {
    description:
      'What is to be spent or earned on an account in a span of time, a month as a rule.',
    columns: {
      id: id(),
      /** The first day of the span. */
      startsOn: date(),
      account: id('LedgerAccount.account'),
      departmentCode: nullable(id('Department.code')),
      costObject: nullable(id()),
      /** Positive for what is spent and for what is earned. */
      amount: amount(),
      currency: text(),
    },
    key: ['id'],
    indexes: [
      ['startsOn'],
      ['departmentCode', 'startsOn'],
      ['costObject', 'startsOn'],
      ['account', 'startsOn'],
    ],
  },
  commission_statement: {
    description: 'What a salesperson earned in a period.',
    columns: {
      employeeNo: id('Employee.employeeNo'),
      periodKey: id(),
      status: oneOf(commissionStatuses),
      base: amount(),
      earned: amount(),
      clawback: amount(),
      payable: amount(),
      currency: text(),
    },
    key: ['employeeNo', 'periodKey'],
    guard: ownCommission,
  },
  commission_line: {
    description: 'The commission of one order.',
    columns: {
      employeeNo: id('Employee.employeeNo'),
      periodKey: id(),
      lineNo: integer(),
      orderNo: id('SalesOrder.orderNo'),
      invoiceNo: nullable(id('Invoice.invoiceNo')),
      base: amount(),
      /** Percent. */
      ratePct: rate(),
      amount: amount(),
      currency: text(),
    },
    key: ['employeeNo', 'periodKey', 'lineNo'],
    guard: ownCommission,
    indexes: [['orderNo']],
  },
  supplier_invoice: {
    description: 'What a supplier charged us.',
    columns: {
      supplierInvoiceNo: id(),
      supplierNo: id('Supplier.supplierNo'),
      issuedOn: date(),
      dueOn: date(),
      gross: amount(),
      openAmount: amount(),
      currency: text(),
    },
    key: ['supplierInvoiceNo'],
    indexes: [['supplierNo', 'issuedOn']],
    rules: { own_supplier: isOneOf('supplierNo', 'supplierNo') },
  },
  exchange_rate: {
    description: 'Units of `toCurrency` for one of `fromCurrency`, from a day on.',
    columns: {
      fromCurrency: id(),
      toCurrency: id(),
      kind: oneOf(rateKinds),
      validFrom: date(),
      rate: rate(),
    },
    key: ['fromCurrency', 'toCurrency', 'kind', 'validFrom'],
    rules: { own_customers: 'ALL', region_customers: 'ALL' },
  },
})
