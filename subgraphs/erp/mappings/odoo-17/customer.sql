-- customer: res.partner (17.0) as in the set `odoo`, but price list and payment terms are ir.property rows
-- (addons/base/models/ir_property.py): named by field, company and record as text ('res.partner,7'), their
-- value as text too ('product.pricelist,3'). A row without record is the company's default, one without
-- company everybody's.
SELECT
  partner.id AS "erpCustomerNo",
  partner.name AS name,
  COALESCE(list_currency.name, company_currency.name) AS currency,
  list.id AS "priceList",
  COALESCE(term.name ->> CAST(:language AS text), term.name ->> 'en_US') AS "paymentTerms",
  partner.team_id AS region
FROM res_partner partner
JOIN res_company company ON company.id = CAST(:companyId AS integer)
JOIN res_currency company_currency ON company_currency.id = company.currency_id
LEFT JOIN product_pricelist list
  ON list.id = (
    SELECT CAST(split_part(property.value_reference, ',', 2) AS integer)
    FROM ir_property property
    WHERE property.name = 'property_product_pricelist'
      AND (property.res_id = 'res.partner,' || partner.id OR property.res_id IS NULL)
      AND (property.company_id = company.id OR property.company_id IS NULL)
      AND property.value_reference LIKE 'product.pricelist,%'
    ORDER BY property.res_id NULLS LAST, property.company_id NULLS LAST
    LIMIT 1
  )
LEFT JOIN res_currency list_currency ON list_currency.id = list.currency_id
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
      FROM res_partner person
      JOIN sale_order sale ON sale.partner_id = person.id
      WHERE person.commercial_partner_id = partner.id AND sale.state = 'sale'
    )
  )
