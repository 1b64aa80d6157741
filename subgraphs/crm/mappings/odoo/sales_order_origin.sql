-- sales_order_origin: sale.order (addons/sale, addons/sale_crm, 18.0): the quote of an order is itself.
SELECT
  sale.name AS "orderNo",
  customer.commercial_partner_id AS "crmAccountId",
  sale.opportunity_id AS "opportunityId",
  sale.name AS "quoteNo"
FROM sale_order sale
JOIN res_partner customer ON customer.id = sale.partner_id
WHERE (sale.state = 'sale' OR (sale.state = 'cancel' AND sale.procurement_group_id IS NOT NULL))
  AND sale.company_id = CAST(:companyId AS integer)
