-- quote: Quotation (erpnext/selling/doctype/quotation, 15) to customers, drafts and cancelled ones (docstatus 0 and
-- 2) too: an amended quotation is a new document with a name of its own. total is net, in the customer's
-- currency (base_net_total is the company's). The owner is who entered it. Not here: version, approval.
SELECT
  quotation.name AS quoteNo,
  quotation.status AS status,
  quotation.transaction_date AS quotedOn,
  quotation.valid_till AS validUntil,
  quotation.party_name AS crmAccountId,
  NULLIF(quotation.opportunity, '') AS opportunityId,
  quotation.owner AS ownerLoginId,
  ROUND(quotation.net_total, 4) AS total,
  quotation.currency AS currency,
  ROUND(quotation.additional_discount_percentage, 6) AS discountPct
FROM `tabQuotation` quotation
WHERE quotation.quotation_to = 'Customer'
  AND quotation.company = :company
