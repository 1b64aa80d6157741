-- debtor_particulars: res.partner (addons/base/models/res_partner.py; property_payment_term_id in
-- addons/account/models/partner.py), 18.0: who is a debtor. The terms are a value per company, jsonb with the company's
-- id as key since 18. '/' in vat means "not taxed". The telephone is the company's, else its mobile one.
-- Not here: legalName.
SELECT
  partner.id AS "debtorNo",
  NULLIF(NULLIF(partner.vat, ''), '/') AS "taxRegistrationNo",
  NULLIF(partner.street, '') AS line1,
  NULLIF(partner.city, '') AS city,
  NULLIF(partner.zip, '') AS "postalCode",
  COALESCE(NULLIF(partner.phone, ''), NULLIF(partner.mobile, '')) AS phone,
  COALESCE(term.name ->> CAST(:language AS text), term.name ->> 'en_US') AS "paymentTerms"
FROM res_partner partner
JOIN res_company company ON company.id = CAST(:companyId AS integer)
LEFT JOIN account_payment_term term
  ON term.id = CAST(partner.property_payment_term_id ->> CAST(company.id AS text) AS integer)
WHERE partner.commercial_partner_id = partner.id
  AND (partner.company_id IS NULL OR partner.company_id = company.id)
  AND (
    partner.customer_rank > 0
    OR EXISTS (
      SELECT 1
      FROM account_move document
      WHERE document.commercial_partner_id = partner.id
        AND document.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
        AND document.state = 'posted'
        AND document.company_id = company.id
    )
  )
