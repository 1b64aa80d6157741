-- product_text: product.template.description_sale (addons/product/models/product_template.py, 18.0), which is
-- translated and belongs to the template: every variant has it.
SELECT
  product.id AS sku,
  COALESCE(template.description_sale ->> CAST(:language AS text), template.description_sale ->> 'en_US')
    AS "salesText"
FROM product_product product
JOIN product_template template ON template.id = product.product_tmpl_id
WHERE COALESCE(template.description_sale ->> CAST(:language AS text), template.description_sale ->> 'en_US') <> ''
  AND (template.company_id IS NULL OR template.company_id = CAST(:companyId AS integer))
