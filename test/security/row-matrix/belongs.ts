/**
 * What belongs to whom, as plain SQL: for each row rule and each table a condition on the rows that the
 * rule shows. Written from what docs/configuration.md says of the rules, not from relations.ts, so that
 * the two can disagree. A table that is not named shows nothing, which is what a rule says of a relation
 * that does not declare it.
 */

/** Database → table → the condition under which a row belongs. */
export type Belonging = Readonly<Record<string, Readonly<Record<string, string>>>>

/** The values that the plan's file gives a parameter: the table `parameter` is filled with them. */
const given = (name: string) => `SELECT value FROM parameter WHERE name = '${name}'`

/** Made before the conditions are evaluated; `identity` is the crosswalk, whose claims may contradict. */
export const views: Readonly<Record<string, string>> = {
  // An id that several customers claim is that of the surest, and then of the first of them.
  surest: `SELECT claim.system, claim.value, claim.customerId FROM identity.identity_link AS claim
    WHERE claim.customerId = (SELECT rival.customerId FROM identity.identity_link AS rival
      WHERE rival.system = claim.system AND rival.value = claim.value
      ORDER BY coalesce(rival.confidence, -1) DESC, rival.customerId LIMIT 1)`,
  own_customer_id: `SELECT customerId FROM surest WHERE system = 'CRM' AND value IN (${given('crmAccountId')})`,
  own_number: `SELECT value FROM surest WHERE system = 'ERP' AND customerId IN (SELECT customerId FROM own_customer_id)`,
  own_debtor: `SELECT value FROM surest WHERE system = 'FINANCE' AND customerId IN (SELECT customerId FROM own_customer_id)`,
  department_below: `WITH RECURSIVE below(code) AS (
    ${given('departmentCode')}
    UNION SELECT department.code FROM hr.department JOIN below ON department.parentCode = below.code
  ) SELECT code FROM below`,
}

const all = '1'
const within = (column: string, rows: string) => `${column} IN (${rows})`

/** What everybody who buys may see of what is sold. */
const catalogue = {
  product: all,
  product_price: all,
  config_option: all,
  config_choice: all,
  config_exclusion: all,
  site: all,
  stock: all,
}

/** Everything that hangs on customers, each as its system knows them: statements that yield their keys. */
function ofCustomers(keys: {
  readonly accounts: string
  readonly numbers: string
  readonly debtors: string
}): Belonging {
  const account = within('crmAccountId', keys.accounts)
  const number = within('erpCustomerNo', keys.numbers)
  const debtor = within('debtorNo', keys.debtors)
  const order = within('orderNo', `SELECT orderNo FROM sales_order WHERE ${number}`)
  const opportunity = within('opportunityId', `SELECT id FROM opportunity WHERE ${account}`)
  const invoice = within('invoiceNo', `SELECT invoiceNo FROM invoice WHERE ${debtor}`)
  return {
    crm: {
      segment: all,
      product_text: all,
      marketing_asset: all,
      customer: account,
      customer_address: account,
      contact: account,
      contact_consent: within('contactId', `SELECT id FROM contact WHERE ${account}`),
      interaction: account,
      opportunity: account,
      opportunity_line: opportunity,
      opportunity_campaign: opportunity,
      quote: account,
      quote_line: within('quoteNo', `SELECT quoteNo FROM quote WHERE ${account}`),
      sales_order_origin: account,
      service_case: account,
      field_service_job: within('caseNo', `SELECT caseNo FROM service_case WHERE ${account}`),
    },
    erp: {
      ...catalogue,
      customer: number,
      customer_particulars: number,
      sales_order: number,
      sales_order_line: order,
      order_hold: order,
      shipment: number,
      shipment_order: order,
    },
    finance: {
      debtor,
      debtor_particulars: debtor,
      invoice: debtor,
      invoice_line: invoice,
      payment: debtor,
      payment_allocation: invoice,
      exchange_rate: all,
    },
  }
}

const ownOrder = within('salespersonNo', given('employeeNo'))
const ofOwnOrder = within('orderNo', `SELECT orderNo FROM sales_order WHERE ${ownOrder}`)
const ownSupplier = within('supplierNo', given('supplierNo'))
const ofPeopleBelow = within(
  'employeeNo',
  `SELECT employeeNo FROM employee WHERE departmentCode IN (SELECT code FROM department_below)`,
)

export const belonging: Readonly<Record<string, Belonging>> = {
  own_customers: {
    ...ofCustomers({
      accounts: given('crmAccountId'),
      numbers: 'SELECT value FROM own_number',
      debtors: 'SELECT value FROM own_debtor',
    }),
    identity: {
      // Their own links, and the claims of others on the same numbers, which decide whose they are.
      identity_link: `customerId IN (SELECT customerId FROM own_customer_id)
        OR (system = 'ERP' AND value IN (SELECT value FROM own_number))
        OR (system = 'FINANCE' AND value IN (SELECT value FROM own_debtor))`,
    },
  },
  region_customers: {
    // Where the systems disagree about a customer's region, each shows what its own record says.
    ...ofCustomers({
      accounts: `SELECT crmAccountId FROM customer WHERE region IN (${given('region')})`,
      numbers: `SELECT erpCustomerNo FROM customer WHERE region IN (${given('region')})`,
      debtors: `SELECT debtorNo FROM debtor WHERE region IN (${given('region')})`,
    }),
    // It knows no regions: an account decides what is seen of it.
    identity: { identity_link: all },
  },
  own_supplier: {
    erp: {
      supplier: ownSupplier,
      supplier_offer: ownSupplier,
      product: within('sku', `SELECT sku FROM supplier_offer WHERE ${ownSupplier}`),
      purchase_order: ownSupplier,
      purchase_order_line: within('poNo', `SELECT poNo FROM purchase_order WHERE ${ownSupplier}`),
    },
    finance: { supplier_invoice: ownSupplier },
  },
  own_orders: {
    erp: {
      ...catalogue,
      sales_order: ownOrder,
      sales_order_line: ofOwnOrder,
      order_hold: ofOwnOrder,
      shipment_order: ofOwnOrder,
    },
  },
  own_department: {
    hr: {
      employee: `departmentCode IN (SELECT code FROM department_below)`,
      department: `code IN (SELECT code FROM department_below)`,
      employee_skill: ofPeopleBelow,
      certification: ofPeopleBelow,
      schedule_entry: ofPeopleBelow,
      salary: ofPeopleBelow,
      commission_assignment: ofPeopleBelow,
      commission_plan: all,
      commission_rule: all,
    },
  },
}
