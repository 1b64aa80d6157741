/**
 * The story of the demo data holds together across the systems: what became of a lead, of goods that
 * came back and of commission, and who a debtor is. Read from the databases by plain SQL.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { openDemo, type DemoDatabases } from './databases.ts'

describe('the story of the demo data', () => {
  let demo: DemoDatabases
  before(() => {
    demo = openDemo()
  })
  after(() => demo[Symbol.dispose]())
  const count = (from: string) => Number(demo.value(`SELECT count(*) FROM ${from}`))

  it('a lead is converted exactly when it points to an opportunity, its customer and a contact there', () => {
    assert.ok(count(`crm.lead WHERE status = 'CONVERTED'`) >= 50)
    demo.none(
      `SELECT 1 FROM crm.lead WHERE (status = 'CONVERTED') + (opportunityId IS NOT NULL) + (crmAccountId IS NOT NULL) + (contactId IS NOT NULL) NOT IN (0, 4)`,
    )
    demo.none(
      `SELECT 1 FROM crm.lead l
         LEFT JOIN crm.opportunity o ON o.id = l.opportunityId
         LEFT JOIN crm.contact k ON k.id = l.contactId
       WHERE l.status = 'CONVERTED'
         AND (o.crmAccountId IS NOT l.crmAccountId OR k.crmAccountId IS NOT l.crmAccountId
              OR o.ownerLoginId IS NOT l.ownerLoginId)`,
    )
    demo.none(
      'SELECT 1 FROM crm.lead WHERE opportunityId IS NOT NULL GROUP BY opportunityId HAVING count(*) > 1',
    )
  })

  it('a lead comes before its opportunity, from the campaign that touched it first', () => {
    demo.none(
      'SELECT 1 FROM crm.lead l JOIN crm.opportunity o ON o.id = l.opportunityId WHERE l.createdOn > o.openedOn',
    )
    demo.none(
      `SELECT 1 FROM crm.lead l
         LEFT JOIN crm.opportunity_campaign c ON c.opportunityId = l.opportunityId AND c.isFirst
       WHERE l.status = 'CONVERTED' AND c.campaignId IS NOT l.campaignId`,
    )
    demo.some(
      `SELECT 1 FROM crm.lead l JOIN crm.opportunity o ON o.id = l.opportunityId WHERE o.stage = 'WON'`,
    )
  })

  it('goods come back by one return order, which complaint and credit note name alike', () => {
    const returned = count('erp.complaint_record WHERE returnOrderNo IS NOT NULL')
    assert.ok(returned >= 50, `${returned} returns`)
    assert.equal(count(`erp.sales_order WHERE orderNo LIKE 'RO-%'`), returned)
    demo.some('SELECT 1 FROM erp.complaint_record WHERE returnOrderNo IS NULL')
    demo.none(
      `SELECT 1 FROM erp.complaint_record r
         LEFT JOIN finance.invoice i ON i.kind = 'CREDIT_NOTE' AND i.caseNo = r.caseNo
         LEFT JOIN finance.invoice_line l ON l.invoiceNo = i.invoiceNo
       WHERE r.returnOrderNo IS NOT NULL AND l.orderNo IS NOT r.returnOrderNo`,
    )
    assert.equal(count(`finance.invoice WHERE kind = 'CREDIT_NOTE'`), returned)
  })

  it('a return order takes back a line of the order the case is about, at its price', () => {
    demo.none(
      `SELECT 1 FROM erp.complaint_record r
         JOIN erp.sales_order back ON back.orderNo = r.returnOrderNo
         JOIN erp.sales_order_line line ON line.orderNo = back.orderNo
         JOIN finance.invoice i ON i.kind = 'CREDIT_NOTE' AND i.caseNo = r.caseNo
         LEFT JOIN crm.service_case c ON c.caseNo = r.caseNo
         LEFT JOIN erp.sales_order sold ON sold.orderNo = c.orderNo
         LEFT JOIN erp.sales_order_line bought ON bought.orderNo = sold.orderNo
           AND bought.sku = c.sku AND bought.netPrice = line.netPrice
       WHERE bought.sku IS NULL OR line.sku <> c.sku OR line.quantity <> -1000
          OR back.erpCustomerNo <> sold.erpCustomerNo
          OR back.salespersonNo IS NOT sold.salespersonNo
          OR back.net <> -bought.netPrice / 100 OR back.net <> i.net
          OR back.orderedOn < c.openedOn OR back.orderedOn > i.issuedOn OR c.isOpen OR back.isOpen`,
    )
  })

  it('commission is the rate of the person’s plan times the base, to the smallest unit', () => {
    demo.none(
      `SELECT 1 FROM finance.commission_line l JOIN hr.commission_assignment a USING (employeeNo)
       WHERE l.ratePct IS NOT (
         SELECT r.ratePct FROM hr.commission_rule r
         WHERE r.planId = a.planId AND coalesce(r.threshold, 0) <= l.base
         ORDER BY coalesce(r.threshold, 0) DESC LIMIT 1)`,
    )
    // Amounts are ten-thousandths and rates millionths of a percent; TWD has two places, half goes up.
    demo.none(
      'SELECT 1 FROM finance.commission_line WHERE amount <> (base * ratePct + 5000000000) / 10000000000 * 100',
    )
    demo.none(
      'SELECT 1 FROM finance.commission_line WHERE employeeNo NOT IN (SELECT employeeNo FROM hr.commission_assignment)',
    )
    assert.deepEqual(
      demo.rows(
        `SELECT DISTINCT a.planId, l.ratePct FROM finance.commission_line l JOIN hr.commission_assignment a USING (employeeNo) ORDER BY 1, 2`,
      ),
      [
        { planId: 'CP-FIELD', ratePct: 1_500_000 },
        { planId: 'CP-FIELD', ratePct: 3_000_000 },
        { planId: 'CP-KEY', ratePct: 1_000_000 },
        { planId: 'CP-KEY', ratePct: 2_000_000 },
      ],
    )
    demo.none('SELECT 1 FROM finance.commission_statement WHERE payable <> earned - clawback')
  })

  // The ids are made from one number, so the same company is known without the crosswalk's gaps.
  const debtors = `finance.debtor d
    JOIN crm.customer c ON c.crmAccountId = printf('A%06d', CAST(substr(d.debtorNo, 2) AS INTEGER))
    JOIN erp.customer e ON e.erpCustomerNo = d.erpCustomerNo`

  it('a debtor is the customer of the CRM and the ERP, spelled otherwise in a few cases', () => {
    const all = count('finance.debtor')
    assert.equal(count(debtors), all)
    assert.equal(count(`${debtors} WHERE c.name <> e.name`), 0)
    const otherwise = count(`${debtors} WHERE d.name <> c.name`)
    assert.ok(otherwise >= all / 200 && otherwise <= all / 40, `${otherwise} of ${all}`)
    // Otherwise spelled, yet recognisable: the number in the name is there in each of them.
    demo.none(
      `SELECT 1 FROM ${debtors} WHERE d.name <> c.name AND instr(d.name, ' ' || (CAST(substr(c.crmAccountId, 2) AS INTEGER) - 1)) = 0 AND c.crmAccountId <> 'A000001'`,
    )
  })

  it('who is spelled otherwise is found through the crosswalk', () => {
    const found = count(
      `finance.debtor d
         JOIN identity.identity_link f ON f.system = 'FINANCE' AND f.value = d.debtorNo
         JOIN identity.identity_link k ON k.system = 'CRM' AND k.customerId = f.customerId
         JOIN crm.customer c ON c.crmAccountId = k.value
       WHERE d.name <> c.name`,
    )
    assert.ok(found >= 10, `${found} found`)
  })
})
