-- customer: res.partner (addons/base/models/res_partner.py; customer_rank in addons/account/models/partner.py;
-- team_id in addons/sales_team), 18.0. Odoo has no flag: a customer is the head of a partner tree
-- (commercial_partner_id) that was invoiced (customer_rank) or has a lead or an order.
-- Archived ones are CLOSED, not gone: orders and invoices name them. '/' in vat means "not taxed".
-- Not here: kind, legalName, healthScore.
SELECT
  partner.id AS "crmAccountId",
  partner.name AS name,
  NULLIF(NULLIF(partner.vat, ''), '/') AS "taxRegistrationNo",
  partner.industry_id AS "segmentCode",
  partner.team_id AS region,
  CASE
    WHEN NOT partner.active THEN 'CLOSED'
    WHEN partner.customer_rank > 0 THEN 'ACTIVE'
    ELSE 'PROSPECT'
  END AS status,
  owner.login AS "ownerLoginId",
  CAST(partner.create_date AT TIME ZONE 'UTC' AT TIME ZONE CAST(:timeZone AS text) AS date) AS "createdOn"
FROM res_partner partner
LEFT JOIN res_users owner ON owner.id = partner.user_id
WHERE partner.commercial_partner_id = partner.id
  AND (partner.company_id IS NULL OR partner.company_id = CAST(:companyId AS integer))
  AND (
    partner.customer_rank > 0
    OR EXISTS (
      SELECT 1
      FROM res_partner person
      JOIN crm_lead lead ON lead.partner_id = person.id
      WHERE person.commercial_partner_id = partner.id
    )
    OR EXISTS (
      SELECT 1
      FROM res_partner person
      JOIN sale_order sale ON sale.partner_id = person.id
      WHERE person.commercial_partner_id = partner.id
    )
  )
