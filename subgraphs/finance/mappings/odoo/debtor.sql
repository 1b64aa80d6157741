-- debtor: res.partner (base; customer_rank, credit_limit, trust in addons/account/models/partner.py; sale_warn in
-- addons/sale/models/res_partner.py; team_id in addons/sales_team), 18.0. Values per company are jsonb with the
-- company's id as key; what a partner lacks is the company's default in ir_default (addons/base/models/
-- ir_default.py, json_value), else everybody's. A limit of 0 is no limit: nothing was decided, so null.
-- On hold is who may not be sold to (sale_warn "block"). Amounts are in the company's currency.
-- Not here: averageDaysToPay.
SELECT
  partner.id AS "debtorNo",
  partner.id AS "erpCustomerNo",
  partner.name AS name,
  currency.name AS currency,
  NULLIF(
    round(
      CAST(
        COALESCE(
          partner.credit_limit ->> CAST(company.id AS text),
          (
            SELECT fallback.json_value
            FROM ir_default fallback
            JOIN ir_model_fields field ON field.id = fallback.field_id
            WHERE field.model = 'res.partner'
              AND field.name = 'credit_limit'
              AND fallback.user_id IS NULL
              AND (fallback.company_id = company.id OR fallback.company_id IS NULL)
            ORDER BY fallback.company_id NULLS LAST
            LIMIT 1
          )
        ) AS numeric
      ),
      2
    ),
    0
  ) AS "creditLimit",
  partner.trust ->> CAST(company.id AS text) AS "creditRating",
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
