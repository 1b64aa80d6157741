-- supplier: res.partner (base; supplier_rank in addons/account/models/partner.py, 18.0): heads of partner trees
-- that billed us, have a price or an order. Not here: leadTimeDays, which Odoo keeps by product.
SELECT
  partner.id AS "supplierNo",
  partner.name AS name
FROM res_partner partner
WHERE partner.commercial_partner_id = partner.id
  AND (partner.company_id IS NULL OR partner.company_id = CAST(:companyId AS integer))
  AND (
    partner.supplier_rank > 0
    OR EXISTS (
      SELECT 1
      FROM res_partner person
      JOIN product_supplierinfo offer ON offer.partner_id = person.id
      WHERE person.commercial_partner_id = partner.id
    )
    OR EXISTS (
      SELECT 1
      FROM res_partner person
      JOIN purchase_order purchase ON purchase.partner_id = person.id
      WHERE person.commercial_partner_id = partner.id
    )
  )
