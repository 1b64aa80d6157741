-- debtor_particulars: res.partner (17.0) as in the set `odoo`, but the payment terms are an ir.property row
-- (addons/base/models/ir_property.py): named by field, company and record as text ('res.partner,7'), its value as
-- text too. A row without record is the company's default, one without company everybody's.
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
  ON term.id = (
    SELECT CAST(split_part(property.value_reference, ',', 2) AS integer)
    FROM ir_property property
    WHERE property.name = 'property_payment_term_id'
      AND (property.res_id = 'res.partner,' || partner.id OR property.res_id IS NULL)
      AND (property.company_id = company.id OR property.company_id IS NULL)
      AND property.value_reference LIKE 'account.payment.term,%'
    ORDER BY property.res_id NULLS LAST, property.company_id NULLS LAST
    LIMIT 1
  )
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
