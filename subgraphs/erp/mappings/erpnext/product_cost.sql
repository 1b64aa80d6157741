-- product_cost: Bin (erpnext/stock/doctype/bin, 15): the value of the company's stock by its quantity, else the
-- valuation rate of the Item; without either there is no row. It is all material for what has no bill.
-- ERPNext splits no cost into labour and overhead: both are not here.
SELECT
  item.name AS sku,
  ROUND(COALESCE(valued.rate, NULLIF(item.valuation_rate, 0)), 6) AS standardCost,
  CASE
    WHEN COALESCE(item.default_bom, '') = '' THEN ROUND(COALESCE(valued.rate, NULLIF(item.valuation_rate, 0)), 6)
  END AS material,
  company.default_currency AS currency
FROM `tabItem` item
JOIN `tabCompany` company ON company.name = :company
LEFT JOIN (
  SELECT bin.item_code, SUM(bin.stock_value) / SUM(bin.actual_qty) AS rate
  FROM `tabBin` bin
  JOIN `tabWarehouse` warehouse ON warehouse.name = bin.warehouse
  WHERE warehouse.company = :company AND bin.actual_qty > 0
  GROUP BY bin.item_code
) valued ON valued.item_code = item.name
WHERE item.has_variants = 0
  AND COALESCE(valued.rate, NULLIF(item.valuation_rate, 0)) IS NOT NULL
