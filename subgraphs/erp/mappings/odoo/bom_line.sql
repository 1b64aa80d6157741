-- bom_line: mrp.bom.line (addons/mrp/models/mrp_bom.py, 18.0), for one unit of the product: the bill may be
-- for a batch and in other units than product and component are counted in (uom.uom.factor). A line can be
-- limited to values of attributes: for a variant it counts when of each attribute that is named the variant
-- has one of the values. Odoo has no scrap and no optional lines here. position is the line's id.
SELECT
  bill.id || '.' || product.id AS "bomId",
  line.id AS position,
  line.product_id AS "componentSku",
  round(
    (line.product_qty * component_unit.factor / line_unit.factor)
    / (bill.product_qty * product_unit.factor / bill_unit.factor),
    3
  ) AS quantity,
  COALESCE(component_unit.name ->> CAST(:language AS text), component_unit.name ->> 'en_US') AS unit,
  CAST(NULL AS numeric) AS "scrapPct",
  false AS optional,
  CAST(NULL AS text) AS "selectionRule"
FROM mrp_bom_line line
JOIN mrp_bom bill ON bill.id = line.bom_id
JOIN product_product product
  ON product.product_tmpl_id = bill.product_tmpl_id
  AND (bill.product_id IS NULL OR bill.product_id = product.id)
JOIN product_template template ON template.id = product.product_tmpl_id
JOIN uom_uom product_unit ON product_unit.id = template.uom_id
JOIN uom_uom bill_unit ON bill_unit.id = bill.product_uom_id
JOIN product_product component ON component.id = line.product_id
JOIN product_template component_template ON component_template.id = component.product_tmpl_id
JOIN uom_uom component_unit ON component_unit.id = component_template.uom_id
JOIN uom_uom line_unit ON line_unit.id = line.product_uom_id
WHERE bill.active
  AND (bill.company_id IS NULL OR bill.company_id = CAST(:companyId AS integer))
  AND NOT EXISTS (
    SELECT 1
    FROM mrp_bom_line_product_template_attribute_value_rel wanted
    JOIN product_template_attribute_value wanted_value
      ON wanted_value.id = wanted.product_template_attribute_value_id
    WHERE wanted.mrp_bom_line_id = line.id
      AND NOT EXISTS (
        SELECT 1
        FROM mrp_bom_line_product_template_attribute_value_rel allowed
        JOIN product_template_attribute_value allowed_value
          ON allowed_value.id = allowed.product_template_attribute_value_id
        JOIN product_variant_combination combination
          ON combination.product_template_attribute_value_id = allowed_value.id
        WHERE allowed.mrp_bom_line_id = line.id
          AND allowed_value.attribute_id = wanted_value.attribute_id
          AND combination.product_product_id = product.id
      )
  )
