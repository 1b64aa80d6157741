-- product_cost: product.product.standard_price (17.0) is an ir.property row per company and product
-- ('product.product,12' in res_id, value_float). 0 or none: no cost, so there is no row.
SELECT
  product.id AS sku,
  round(CAST(property.value_float AS numeric), 6) AS "standardCost",
  CASE
    WHEN NOT EXISTS (
      SELECT 1
      FROM mrp_bom bill
      WHERE bill.product_tmpl_id = product.product_tmpl_id
        AND bill.active
        AND (bill.product_id IS NULL OR bill.product_id = product.id)
    )
    THEN round(CAST(property.value_float AS numeric), 6)
  END AS material,
  currency.name AS currency
FROM product_product product
JOIN product_template template ON template.id = product.product_tmpl_id
JOIN res_company company ON company.id = CAST(:companyId AS integer)
JOIN res_currency currency ON currency.id = company.currency_id
JOIN ir_property property
  ON property.name = 'standard_price'
  AND property.res_id = 'product.product,' || product.id
  AND property.company_id = company.id
WHERE property.value_float <> 0
  AND (template.company_id IS NULL OR template.company_id = company.id)
