-- customer_particulars: res.partner (addons/base/models/res_partner.py), 18.0 and 17.0 alike: the head of a partner
-- tree, as in customer. '/' in vat means "not taxed". The telephone is the company's, else its mobile one.
-- Not here: legalName.
SELECT
  partner.id AS "erpCustomerNo",
  NULLIF(NULLIF(partner.vat, ''), '/') AS "taxRegistrationNo",
  NULLIF(partner.street, '') AS line1,
  NULLIF(partner.city, '') AS city,
  NULLIF(partner.zip, '') AS "postalCode",
  COALESCE(NULLIF(partner.phone, ''), NULLIF(partner.mobile, '')) AS phone
FROM res_partner partner
WHERE partner.commercial_partner_id = partner.id
  AND (partner.company_id IS NULL OR partner.company_id = CAST(:companyId AS integer))
  AND (
    partner.customer_rank > 0
    OR EXISTS (
      SELECT 1
      FROM res_partner person
      JOIN sale_order sale ON sale.partner_id = person.id
      WHERE person.commercial_partner_id = partner.id AND sale.state = 'sale'
    )
  )
