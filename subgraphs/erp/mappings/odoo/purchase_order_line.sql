-- purchase_order_line: purchase.order.line (addons/purchase/models/purchase_order_line.py, 18.0) without
-- headings and notes. Quantities are converted to the product's own unit: supply and stock add up.
SELECT
  purchase.name AS "poNo",
  line.id AS "lineNo",
  line.product_id AS sku,
  round(line.product_qty * unit.factor / line_unit.factor, 3) AS quantity,
  round(line.qty_received * unit.factor / line_unit.factor, 3) AS received,
  COALESCE(unit.name ->> CAST(:language AS text), unit.name ->> 'en_US') AS unit,
  CAST(line.date_planned AT TIME ZONE 'UTC' AT TIME ZONE CAST(:timeZone AS text) AS date) AS "expectedOn",
  line.qty_received < line.product_qty AS "isOpen",
  line.price_subtotal AS net,
  currency.name AS currency
FROM purchase_order_line line
JOIN purchase_order purchase ON purchase.id = line.order_id
JOIN product_product product ON product.id = line.product_id
JOIN product_template template ON template.id = product.product_tmpl_id
JOIN uom_uom unit ON unit.id = template.uom_id
JOIN uom_uom line_unit ON line_unit.id = line.product_uom
JOIN res_currency currency ON currency.id = purchase.currency_id
WHERE line.display_type IS NULL
  AND purchase.state IN ('purchase', 'done')
  AND purchase.company_id = CAST(:companyId AS integer)
