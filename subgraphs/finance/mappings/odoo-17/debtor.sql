-- debtor: res.partner (17.0) as in the set `odoo`, but credit_limit and trust are ir.property rows
-- (addons/base/models/ir_property.py) named by the record as text ('res.partner,7'); a row without record is
-- the company's default, one without company everybody's.
SELECT
  partner.id AS "debtorNo",
  partner.id AS "erpCustomerNo",
  partner.name AS name,
  currency.name AS currency,
  NULLIF(
    (
      SELECT round(CAST(property.value_float AS numeric), 2)
      FROM ir_property property
      WHERE property.name = 'credit_limit'
        AND (property.res_id = 'res.partner,' || partner.id OR property.res_id IS NULL)
        AND (property.company_id = company.id OR property.company_id IS NULL)
      ORDER BY property.res_id NULLS LAST, property.company_id NULLS LAST
      LIMIT 1
    ),
    0
  ) AS "creditLimit",
  (
    SELECT property.value_text
    FROM ir_property property
    WHERE property.name = 'trust'
      AND property.res_id = 'res.partner,' || partner.id
      AND (property.company_id = company.id OR property.company_id IS NULL)
    ORDER BY property.company_id NULLS LAST
    LIMIT 1
  ) AS "creditRating",
  COALESCE(partner.sale_warn = 'block', false) AS "creditHold",
  partner.team_id AS region
FROM res_partner partner
JOIN res_company company ON company.id = CAST(:companyId AS integer)
JOIN res_currency currency ON currency.id = company.currency_id
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
