-- quote: sale.order (addons/sale/models/sale_order.py; opportunity_id in addons/sale_crm), 18.0. A quote and
-- the order it becomes are one record in Odoo, so every order is a quote here too, as ORDERED.
-- EXPIRED is not stored: see validUntil. Not here: version, discountPct (by line), approval.
SELECT
  sale.name AS "quoteNo",
  sale.state AS status,
  CAST(sale.create_date AT TIME ZONE 'UTC' AT TIME ZONE CAST(:timeZone AS text) AS date) AS "quotedOn",
  sale.validity_date AS "validUntil",
  customer.commercial_partner_id AS "crmAccountId",
  sale.opportunity_id AS "opportunityId",
  owner.login AS "ownerLoginId",
  sale.amount_untaxed AS total,
  currency.name AS currency
FROM sale_order sale
JOIN res_partner customer ON customer.id = sale.partner_id
LEFT JOIN res_currency currency ON currency.id = sale.currency_id
LEFT JOIN res_users owner ON owner.id = sale.user_id
WHERE sale.company_id = CAST(:companyId AS integer)
