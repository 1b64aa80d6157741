-- quote_line: sale.order.line (addons/sale/models/sale_order_line.py, 18.0) without headings and notes
-- (display_type). Quantities are converted to the product's own unit (uom.uom: a quantity is as many of
-- the reference unit as quantity / factor), so that a dozen and its twelve pieces add up. lineNo is the id:
-- Odoo's sequence is not unique.
SELECT
  sale.name AS "quoteNo",
  line.id AS "lineNo",
  line.product_id AS sku,
  round(line.product_uom_qty * unit.factor / line_unit.factor, 3) AS quantity,
  COALESCE(unit.name ->> CAST(:language AS text), unit.name ->> 'en_US') AS unit,
  round(
    COALESCE(line.price_subtotal / NULLIF(line.product_uom_qty, 0), line.price_reduce_taxexcl)
      * line_unit.factor / unit.factor,
    6
  ) AS "netPrice",
  line.price_subtotal AS net,
  currency.name AS currency
FROM sale_order_line line
JOIN sale_order sale ON sale.id = line.order_id
JOIN product_product product ON product.id = line.product_id
JOIN product_template template ON template.id = product.product_tmpl_id
JOIN uom_uom unit ON unit.id = template.uom_id
JOIN uom_uom line_unit ON line_unit.id = line.product_uom
LEFT JOIN res_currency currency ON currency.id = sale.currency_id
WHERE line.display_type IS NULL
  AND sale.company_id = CAST(:companyId AS integer)
