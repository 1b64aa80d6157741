-- production_order: mrp.production (addons/mrp/models/mrp_production.py, 18.0) without cancelled ones, in the
-- product's own unit. CLOSED does not exist there.
SELECT
  production.id AS id,
  production.product_id AS sku,
  round(CAST(production.product_qty AS numeric) * unit.factor / order_unit.factor, 3) AS quantity,
  COALESCE(unit.name ->> CAST(:language AS text), unit.name ->> 'en_US') AS unit,
  production.state AS status,
  production.state <> 'done' AS "isOpen",
  CAST(production.date_start AT TIME ZONE 'UTC' AT TIME ZONE CAST(:timeZone AS text) AS date) AS "plannedStartOn",
  CAST(
    COALESCE(production.date_deadline, production.date_finished)
    AT TIME ZONE 'UTC' AT TIME ZONE CAST(:timeZone AS text) AS date
  ) AS "dueOn",
  supervisor.id AS "supervisorNo"
FROM mrp_production production
JOIN product_product product ON product.id = production.product_id
JOIN product_template template ON template.id = product.product_tmpl_id
JOIN uom_uom unit ON unit.id = template.uom_id
JOIN uom_uom order_unit ON order_unit.id = production.product_uom_id
LEFT JOIN hr_employee supervisor
  ON supervisor.user_id = production.user_id AND supervisor.company_id = production.company_id
WHERE production.state <> 'cancel'
  AND production.company_id = CAST(:companyId AS integer)
