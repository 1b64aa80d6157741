-- quote_line: Quotation Item (erpnext/selling/doctype/quotation_item, 15) in stock units (stock_qty is qty times
-- conversion_factor), so that a box and its twelve pieces add up. Amounts are after the discount of the
-- whole document (net_amount). Not here: configurationId.
SELECT
  line.parent AS quoteNo,
  line.idx AS lineNo,
  line.item_code AS sku,
  ROUND(line.stock_qty, 3) AS quantity,
  line.stock_uom AS unit,
  ROUND(COALESCE(line.net_amount / NULLIF(line.stock_qty, 0), line.net_rate), 6) AS netPrice,
  ROUND(line.net_amount, 4) AS net,
  quotation.currency AS currency
FROM `tabQuotation Item` line
JOIN `tabQuotation` quotation ON quotation.name = line.parent
WHERE line.parenttype = 'Quotation'
  AND line.item_code <> ''
  AND quotation.quotation_to = 'Customer'
  AND quotation.company = :company
