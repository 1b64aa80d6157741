-- customer: res.partner (addons/base/models/res_partner.py; customer_rank and property_payment_term_id in
-- addons/account/models/partner.py; specific_property_product_pricelist in addons/product/models/res_partner.py;
-- team_id in addons/sales_team), 18.0. The head of a partner tree that was invoiced or has an order.
-- Values per company are jsonb with the company's id as key since 18. The price list is the one the partner
-- was given; the one that Odoo would choose by country is not stored.
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
  ON list.id = CAST(partner.specific_property_product_pricelist ->> CAST(company.id AS text) AS integer)
LEFT JOIN res_currency list_currency ON list_currency.id = list.currency_id
LEFT JOIN account_payment_term term
  ON term.id = CAST(partner.property_payment_term_id ->> CAST(company.id AS text) AS integer)
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
