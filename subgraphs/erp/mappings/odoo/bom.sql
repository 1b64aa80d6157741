-- bom: mrp.bom (addons/mrp/models/mrp_bom.py, 18.0), once for each variant that it is for: a bill of a
-- template is the bill of all its variants, so the id is the bill's and the variant's. Odoo has no validity:
-- a bill is in force from its creation until it is archived, and archived ones are gone.
SELECT
  bill.id || '.' || product.id AS id,
  product.id AS sku,
  COALESCE(NULLIF(bill.code, ''), CAST(bill.id AS text)) AS revision,
  CAST(bill.create_date AT TIME ZONE 'UTC' AT TIME ZONE CAST(:timeZone AS text) AS date) AS "validFrom",
  CAST(NULL AS date) AS "validTo"
FROM mrp_bom bill
JOIN product_product product
  ON product.product_tmpl_id = bill.product_tmpl_id
  AND (bill.product_id IS NULL OR bill.product_id = product.id)
WHERE bill.active
  AND (bill.company_id IS NULL OR bill.company_id = CAST(:companyId AS integer))
