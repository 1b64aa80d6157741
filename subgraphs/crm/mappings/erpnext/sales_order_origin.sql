-- sales_order_origin: Sales Order Item.prevdoc_docname (erpnext/selling/doctype/sales_order_item, 15): the quotation
-- that a line was taken from; of several the first by name. Drafts are no orders.
SELECT
  sale.name AS orderNo,
  sale.customer AS crmAccountId,
  NULLIF(quotation.opportunity, '') AS opportunityId,
  quotation.name AS quoteNo
FROM `tabSales Order` sale
LEFT JOIN `tabQuotation` quotation
  ON quotation.name = (
    SELECT MIN(line.prevdoc_docname)
    FROM `tabSales Order Item` line
    WHERE line.parent = sale.name AND line.prevdoc_docname <> ''
  )
WHERE sale.docstatus IN (1, 2)
  AND sale.company = :company
