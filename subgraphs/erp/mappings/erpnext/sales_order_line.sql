-- sales_order_line: Sales Order Item (erpnext/selling/doctype/sales_order_item, 15) in stock units, after the discount of
-- the whole document. Not here: configurationId.
SELECT
  line.parent AS orderNo,
  line.idx AS lineNo,
  line.item_code AS sku,
  ROUND(line.stock_qty, 3) AS quantity,
  ROUND(line.delivered_qty * line.conversion_factor, 3) AS shipped,
  line.stock_uom AS unit,
  ROUND(COALESCE(line.net_amount / NULLIF(line.stock_qty, 0), line.net_rate), 6) AS netPrice,
  ROUND(line.net_amount, 4) AS net,
  COALESCE(ROUND(line.net_amount * line.delivered_qty / NULLIF(line.qty, 0), 4), 0) AS shippedNet,
  ROUND(NULLIF(line.valuation_rate, 0) * line.stock_qty / sale.conversion_rate, 4) AS cost,
  sale.currency AS currency
FROM `tabSales Order Item` line
JOIN `tabSales Order` sale ON sale.name = line.parent
WHERE line.parenttype = 'Sales Order'
  AND line.item_code <> ''
  AND sale.docstatus IN (1, 2)
  AND sale.company = :company
