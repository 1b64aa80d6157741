-- sales_order_line: sale.order.line (addons/sale/models/sale_order_line.py, 18.0) without headings and notes.
-- Quantities and prices are converted to the product's own unit. lineNo is the id. Not here: configurationId.
SELECT
  sale.name AS "orderNo",
  line.id AS "lineNo",
  line.product_id AS sku,
  round(line.product_uom_qty * unit.factor / line_unit.factor, 3) AS quantity,
  round(line.qty_delivered * unit.factor / line_unit.factor, 3) AS shipped,
  COALESCE(unit.name ->> CAST(:language AS text), unit.name ->> 'en_US') AS unit,
  round(
    COALESCE(line.price_subtotal / NULLIF(line.product_uom_qty, 0), line.price_reduce_taxexcl)
      * line_unit.factor / unit.factor,
    6
  ) AS "netPrice",
  line.price_subtotal AS net,
  COALESCE(round(line.price_subtotal * line.qty_delivered / NULLIF(line.product_uom_qty, 0), 2), 0) AS "shippedNet",
  round(
    line.product_uom_qty * unit.factor / line_unit.factor
      * NULLIF(CAST(product.standard_price ->> CAST(sale.company_id AS text) AS numeric), 0)
      * sale.currency_rate,
    2
  ) AS cost,
  currency.name AS currency
FROM sale_order_line line
JOIN sale_order sale ON sale.id = line.order_id
JOIN product_product product ON product.id = line.product_id
JOIN product_template template ON template.id = product.product_tmpl_id
JOIN uom_uom unit ON unit.id = template.uom_id
JOIN uom_uom line_unit ON line_unit.id = line.product_uom
LEFT JOIN res_currency currency ON currency.id = sale.currency_id
WHERE line.display_type IS NULL
  AND (sale.state = 'sale' OR (sale.state = 'cancel' AND sale.procurement_group_id IS NOT NULL))
  AND sale.company_id = CAST(:companyId AS integer)
