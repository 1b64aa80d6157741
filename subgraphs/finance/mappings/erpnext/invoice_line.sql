-- invoice_line: Sales Invoice Item (erpnext/accounts/doctype/sales_invoice_item, 15) in stock units; those of a return are
-- negative already. The cost of goods sold is the rate at which the goods left the stock (incoming_rate, in the
-- company's currency), known only where the invoice itself moved them (update_stock).
SELECT
  line.parent AS invoiceNo,
  line.idx AS lineNo,
  NULLIF(line.sales_order, '') AS orderNo,
  NULLIF(line.item_code, '') AS sku,
  ROUND(line.stock_qty, 3) AS quantity,
  COALESCE(NULLIF(line.stock_uom, ''), line.uom) AS unit,
  ROUND(line.net_amount, 4) AS net,
  CASE
    WHEN invoice.update_stock = 1
    THEN ROUND(NULLIF(line.incoming_rate, 0) * line.stock_qty / invoice.conversion_rate, 4)
  END AS cogs,
  invoice.currency AS currency
FROM `tabSales Invoice Item` line
JOIN `tabSales Invoice` invoice ON invoice.name = line.parent
WHERE line.parenttype = 'Sales Invoice'
  AND invoice.docstatus IN (0, 1)
  AND invoice.company = :company
