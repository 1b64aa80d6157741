-- product_cost: product.product.standard_price (addons/product/models/product_product.py, 18.0), a number per
-- company in jsonb, in the company's currency. 0 or none: nobody entered a cost, so there is no row.
-- It is all material for what has no bill; Odoo splits no cost into labour and overhead: both not here.
SELECT
  product.id AS sku,
  round(CAST(product.standard_price ->> CAST(company.id AS text) AS numeric), 6) AS "standardCost",
  CASE
    WHEN NOT EXISTS (
      SELECT 1
      FROM mrp_bom bill
      WHERE bill.product_tmpl_id = product.product_tmpl_id
        AND bill.active
        AND (bill.product_id IS NULL OR bill.product_id = product.id)
    )
    THEN round(CAST(product.standard_price ->> CAST(company.id AS text) AS numeric), 6)
  END AS material,
  currency.name AS currency
FROM product_product product
JOIN product_template template ON template.id = product.product_tmpl_id
JOIN res_company company ON company.id = CAST(:companyId AS integer)
JOIN res_currency currency ON currency.id = company.currency_id
WHERE CAST(product.standard_price ->> CAST(company.id AS text) AS numeric) <> 0
  AND (template.company_id IS NULL OR template.company_id = company.id)
