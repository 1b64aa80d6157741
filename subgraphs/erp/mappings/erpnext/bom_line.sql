-- bom_line: BOM Item (erpnext/manufacturing/doctype/bom_item, 15) in stock units, by the quantity that the bill is for.
-- Scrap is a list of its own for the whole bill (BOM Scrap Item), not a percentage of a line: none here.
SELECT
  line.parent AS bomId,
  line.idx AS position,
  line.item_code AS componentSku,
  ROUND(line.stock_qty / bill.quantity, 3) AS quantity,
  line.stock_uom AS unit,
  CAST(NULL AS decimal(18, 6)) AS scrapPct,
  0 AS optional,
  CAST(NULL AS char) AS selectionRule
FROM `tabBOM Item` line
JOIN `tabBOM` bill ON bill.name = line.parent
WHERE line.parenttype = 'BOM'
  AND bill.docstatus = 1
  AND bill.is_active = 1
  AND bill.is_default = 1
  AND bill.company = :company
