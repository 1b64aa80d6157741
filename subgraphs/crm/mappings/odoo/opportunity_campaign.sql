-- opportunity_campaign: crm.lead.campaign_id (utm.mixin, addons/utm, 18.0). Odoo keeps one campaign for each,
-- so it is the first and the last touch, on the day the lead came.
SELECT
  lead.id AS "opportunityId",
  lead.campaign_id AS "campaignId",
  1 AS "touchNo",
  true AS "isFirst",
  true AS "isLast",
  CAST(lead.create_date AT TIME ZONE 'UTC' AT TIME ZONE CAST(:timeZone AS text) AS date) AS "touchedOn"
FROM crm_lead lead
WHERE lead.type = 'opportunity'
  AND lead.partner_id IS NOT NULL
  AND lead.campaign_id IS NOT NULL
  AND (lead.active OR lead.probability = 0)
  AND COALESCE(lead.company_id, CAST(:companyId AS integer)) = CAST(:companyId AS integer)
