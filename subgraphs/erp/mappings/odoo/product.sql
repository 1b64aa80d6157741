-- product: product.product over product.template (addons/product/models/product_product.py,
-- product_template.py, product_template_attribute_value.py), 18.0. One row per variant; what a template says
-- holds for all of them, names are jsonb by language. sku is the id: default_code, the "internal reference",
-- may be empty and twice. It stands in the name, as Odoo shows it, with the values that make the variant.
-- Archived variants and templates are OBSOLETE: old orders name them.
SELECT
  product.id AS sku,
  concat(
    '[' || NULLIF(product.default_code, '') || '] ',
    COALESCE(template.name ->> CAST(:language AS text), template.name ->> 'en_US'),
    (
      SELECT ' (' || string_agg(
        COALESCE(attribute_value.name ->> CAST(:language AS text), attribute_value.name ->> 'en_US'),
        ', ' ORDER BY attribute.sequence, attribute.id
      ) || ')'
      FROM product_variant_combination combination
      JOIN product_template_attribute_value chosen
        ON chosen.id = combination.product_template_attribute_value_id
      JOIN product_attribute_value attribute_value ON attribute_value.id = chosen.product_attribute_value_id
      JOIN product_attribute attribute ON attribute.id = attribute_value.attribute_id
      WHERE combination.product_product_id = product.id
    )
  ) AS name,
  COALESCE(template.description_sale ->> CAST(:language AS text), template.description_sale ->> 'en_US')
    AS description,
  template.categ_id AS category,
  COALESCE(unit.name ->> CAST(:language AS text), unit.name ->> 'en_US') AS uom,
  CASE WHEN product.active AND template.active THEN 'ACTIVE' ELSE 'OBSOLETE' END AS lifecycle
FROM product_product product
JOIN product_template template ON template.id = product.product_tmpl_id
JOIN uom_uom unit ON unit.id = template.uom_id
WHERE template.company_id IS NULL OR template.company_id = CAST(:companyId AS integer)
