-- lead: crm.lead (addons/crm/models/crm_lead.py, 18.0): leads, and opportunities without a customer,
-- which our opportunities must have. Odoo turns a lead into an opportunity in place, so a converted one
-- is found there and not here. Archived without being lost (probability not 0): deleted.
SELECT
  lead.id AS id,
  lead.name AS name,
  origin.name AS source,
  lead.campaign_id AS "campaignId",
  CASE WHEN lead.active THEN lead.type ELSE 'lost' END AS status,
  owner.login AS "ownerLoginId",
  customer.commercial_partner_id AS "crmAccountId",
  CASE WHEN customer.id <> customer.commercial_partner_id THEN customer.id END AS "contactId",
  CAST(lead.create_date AT TIME ZONE 'UTC' AT TIME ZONE CAST(:timeZone AS text) AS date) AS "createdOn"
FROM crm_lead lead
LEFT JOIN res_partner customer ON customer.id = lead.partner_id
LEFT JOIN utm_source origin ON origin.id = lead.source_id
LEFT JOIN res_users owner ON owner.id = lead.user_id
WHERE (lead.type = 'lead' OR lead.partner_id IS NULL)
  AND (lead.active OR lead.probability = 0)
  AND (lead.company_id IS NULL OR lead.company_id = CAST(:companyId AS integer))
