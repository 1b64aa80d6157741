-- supplier_offer: product.supplierinfo (addons/product/models/product_supplierinfo.py, 18.0). Of several lines of one
-- supplier the one in force today counts that is for the smallest quantity, by sequence, quantity, price; its
-- discount is taken off (a column of newer releases). Prices are in the product's unit for buying
-- (product.template.uom_po_id). Preferred is who stands first for the product.
SELECT DISTINCT ON (product.id, supplier.commercial_partner_id)
  product.id AS sku,
  supplier.commercial_partner_id AS "supplierNo",
  round(offer.price * (1 - COALESCE(CAST(to_jsonb(offer) ->> 'discount' AS numeric), 0) / 100), 6) AS price,
  currency.name AS currency,
  round(offer.min_qty, 3) AS "minimumQuantity",
  COALESCE(unit.name ->> CAST(:language AS text), unit.name ->> 'en_US') AS unit,
  offer.delay AS "leadTimeDays",
  NOT EXISTS (
    SELECT 1
    FROM product_supplierinfo earlier
    WHERE earlier.product_tmpl_id = template.id
      AND (earlier.product_id IS NULL OR earlier.product_id = product.id)
      AND (earlier.company_id IS NULL OR earlier.company_id = CAST(:companyId AS integer))
      AND (earlier.date_start IS NULL OR earlier.date_start <= CURRENT_DATE)
      AND (earlier.date_end IS NULL OR earlier.date_end >= CURRENT_DATE)
      AND (earlier.sequence, earlier.min_qty, earlier.price, earlier.id)
        < (offer.sequence, offer.min_qty, offer.price, offer.id)
  ) AS preferred
FROM product_supplierinfo offer
JOIN product_template template ON template.id = offer.product_tmpl_id
JOIN product_product product
  ON product.product_tmpl_id = template.id
  AND (offer.product_id IS NULL OR offer.product_id = product.id)
JOIN res_partner supplier ON supplier.id = offer.partner_id
JOIN res_currency currency ON currency.id = offer.currency_id
JOIN uom_uom unit ON unit.id = template.uom_po_id
WHERE product.active
  AND (offer.company_id IS NULL OR offer.company_id = CAST(:companyId AS integer))
  AND (offer.date_start IS NULL OR offer.date_start <= CURRENT_DATE)
  AND (offer.date_end IS NULL OR offer.date_end >= CURRENT_DATE)
ORDER BY product.id, supplier.commercial_partner_id, offer.sequence, offer.min_qty, offer.price, offer.id
