-- opportunity_line: Opportunity Item (erpnext/crm/doctype/opportunity_item, 15), in the unit it was offered in: the
-- table has no factor to the stock unit.
SELECT
  line.parent AS opportunityId,
  line.idx AS lineNo,
  line.item_code AS sku,
  ROUND(line.qty, 3) AS quantity,
  line.uom AS unit,
  ROUND(line.amount, 4) AS amount,
  opportunity.currency AS currency
FROM `tabOpportunity Item` line
JOIN `tabOpportunity` opportunity ON opportunity.name = line.parent
WHERE line.parenttype = 'Opportunity'
  AND line.item_code <> ''
  AND opportunity.company = :company
