/**
 * The statements that the subgraphs send for the questions, as text: the endpoint by hand runs the
 * same SQL on the same files. A list stands as `in (??)`.
 */
const columns = (relation: string, names: string): string =>
  names
    .split(' ')
    .map((name) => `"${relation}"."${name}"`)
    .join(', ')

/** No other customer claims the id of this link more surely. */
const isSurest = (link: string): string => `not exists (
  select "${link}Rival"."value" from "identity_link" as "${link}Rival"
  where "${link}Rival"."system" = "${link}"."system" and "${link}Rival"."value" = "${link}"."value"
    and (coalesce("${link}Rival"."confidence", -1) > coalesce("${link}"."confidence", -1)
      or (coalesce("${link}Rival"."confidence", -1) = coalesce("${link}"."confidence", -1)
        and "${link}Rival"."customerId" < "${link}"."customerId")))`

/** The customer has no account before this one. */
const isFirstAccount = `not exists (
  select "earlier"."value" from "identity_link" as "earlier"
  where "earlier"."system" = 'CRM' and "earlier"."customerId" = "account"."customerId"
    and ${isSurest('earlier')}
    and ("earlier"."isPrimary" > "account"."isPrimary"
      or ("earlier"."isPrimary" = "account"."isPrimary" and "earlier"."value" < "account"."value")))`

const orderColumns =
  'orderNo erpCustomerNo channel status isOpen orderedAt orderedOn requestedOn promisedOn salespersonNo net shippedNet cost currency version'
const customerColumns =
  'crmAccountId name legalName taxRegistrationNo kind segmentCode status ownerLoginId healthScore createdOn'
const employeeColumns =
  'employeeNo loginId displayName workEmail jobTitle jobFamily status departmentCode managerNo hiredOn leftOn location fte tenureMonths'

export const sql = {
  order: `select ${columns('sales_order', orderColumns)} from "sales_order"
    where "sales_order"."orderNo" in (??) order by "sales_order"."orderNo" limit ?`,
  orderLines: `select ${columns('sales_order_line', 'orderNo lineNo sku configurationId quantity shipped unit netPrice net shippedNet cost currency')}
    from "sales_order_line" where "sales_order_line"."orderNo" = ?
    order by "sales_order_line"."orderNo" asc, "sales_order_line"."lineNo" asc limit ?`,
  products: `select ${columns('product', 'sku name description category uom lifecycle')} from "product"
    where "product"."sku" in (??) order by "product"."sku" limit ?`,
  customers: `select ${columns('customer', customerColumns)} from "customer"
    where "customer"."crmAccountId" in (??) order by "customer"."crmAccountId" limit ?`,
  contacts: `select ${columns('contact', 'id crmAccountId name role email phone')} from "contact"
    where "contact"."crmAccountId" = ? order by "contact"."name" asc, "contact"."id" asc limit ?`,
  links: `select "account"."value" as "crmAccountId", ${columns('link', 'customerId system value isPrimary validFrom matchedBy confidence')},
      (${isSurest('link')} and ${isFirstAccount}) as "counts"
    from "identity_link" as "account"
    inner join "identity_link" as "link" on "link"."customerId" = "account"."customerId"
    where "account"."system" = 'CRM' and "account"."value" in (??) and ${isSurest('account')}
    order by "account"."value", "link"."system", "link"."isPrimary" desc, "link"."value" limit ?`,
  accounts: `select "link"."value" as "key", "account"."value" as "crmAccountId"
    from "identity_link" as "link"
    inner join "identity_link" as "account" on "account"."customerId" = "link"."customerId"
    where "link"."system" = 'ERP' and "link"."value" in (??) and "account"."system" = 'CRM'
      and ${isSurest('link')} and ${isSurest('account')} and ${isFirstAccount} limit ?`,
  interactions: `select ${columns('interaction', 'id crmAccountId contactId loginId caseNo opportunityId campaignId channel subject at occurredOn durationSeconds')}
    from "interaction" where "interaction"."crmAccountId" = ?
    order by "interaction"."at" desc, "interaction"."id" desc limit ?`,
  cases: `select ${columns('service_case', 'caseNo kind priority status isOpen subject openedAt openedOn resolvedAt resolveHours slaDueAt slaBreached crmAccountId contactId sku serialNo orderNo assigneeLoginId rootCause satisfaction')}
    from "service_case" where "service_case"."crmAccountId" = ?
    order by "service_case"."openedOn" desc, "service_case"."caseNo" desc limit ?`,
  opportunities: `select ${columns('opportunity', 'id name crmAccountId ownerLoginId stage probability amount weightedAmount currency openedOn expectedCloseOn closedOn cycleDays lostReason')}
    from "opportunity" where "opportunity"."crmAccountId" = ?
    order by "opportunity"."expectedCloseOn" desc, "opportunity"."id" desc limit ?`,
  ordersOfCustomers: `select ${columns('numbered', orderColumns)} from (
      select ${columns('sales_order', orderColumns)}, row_number() over (
        partition by "sales_order"."erpCustomerNo"
        order by "sales_order"."orderedAt" desc, "sales_order"."orderNo" desc) as "position"
      from "sales_order" where "sales_order"."erpCustomerNo" in (??)) as "numbered"
    where "numbered"."position" <= ? order by "numbered"."erpCustomerNo", "numbered"."position"`,
  employeesByLogin: `select ${columns('employee', employeeColumns)} from "employee"
    where "employee"."loginId" in (??) order by "employee"."employeeNo" limit ?`,
  employees: `select ${columns('employee', employeeColumns)} from "employee"
    where "employee"."employeeNo" in (??) order by "employee"."employeeNo" limit ?`,
  debtors: `select ${columns('debtor', 'debtorNo erpCustomerNo name currency creditLimit creditRating creditHold averageDaysToPay')}
    from "debtor" where "debtor"."debtorNo" in (??) order by "debtor"."debtorNo" limit ?`,
  invoices: `select ${columns('invoice', 'invoiceNo taxInvoiceNo kind status debtorNo caseNo issuedOn dueOn net tax gross openAmount currency dunningLevel')}
    from "invoice" where "invoice"."debtorNo" = ?
    order by "invoice"."issuedOn" desc, "invoice"."invoiceNo" desc limit ?`,
  receivables: `select "invoice"."debtorNo", "invoice"."currency", sum("invoice"."openAmount") as "open",
      sum(case when "invoice"."dueOn" < '2026-06-30' then "invoice"."openAmount" end) as "overdue"
    from "invoice" where "invoice"."debtorNo" in (??)
      and "invoice"."openAmount" <> 0 and "invoice"."status" not in ('DRAFT', 'WRITTEN_OFF')
    group by "invoice"."debtorNo", "invoice"."currency"
    order by "invoice"."debtorNo", "invoice"."currency" limit ?`,
  orders: `select ${columns('sales_order', orderColumns)} from "sales_order"
    where ("sales_order"."orderedOn" >= ? and "sales_order"."orderedOn" <= ?)
    order by "sales_order"."orderedAt" desc, "sales_order"."orderNo" desc limit ?`,
} as const
