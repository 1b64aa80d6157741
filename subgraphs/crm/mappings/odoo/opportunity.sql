-- opportunity: crm.lead of type opportunity with a customer (addons/crm/models/crm_lead.py, crm_stage.py,
-- 18.0). Stages are the company's own: WON is is_won, LOST is archived with probability 0, and the open
-- ones are told apart by probability (percent in Odoo, 0 to 1 here), because their names mean nothing to us.
-- Amounts are in the company's currency; Odoo has no other here. Without a deadline the day of closing,
-- else of creation, is the day on which it was expected: such a one is overdue, never out of the list.
SELECT
  lead.id AS id,
  lead.name AS name,
  customer.commercial_partner_id AS "crmAccountId",
  owner.login AS "ownerLoginId",
  CASE
    WHEN NOT lead.active THEN 'LOST'
    WHEN stage.is_won THEN 'WON'
    WHEN lead.probability >= 75 THEN 'NEGOTIATION'
    WHEN lead.probability >= 50 THEN 'PROPOSAL'
    WHEN lead.probability >= 25 THEN 'QUALIFIED'
    ELSE 'PROSPECTING'
  END AS stage,
  round(CAST(lead.probability AS numeric) / 100, 6) AS probability,
  COALESCE(lead.expected_revenue, 0) AS amount,
  round(COALESCE(lead.expected_revenue, 0) * CAST(lead.probability AS numeric) / 100, 2) AS "weightedAmount",
  currency.name AS currency,
  CAST(lead.create_date AT TIME ZONE 'UTC' AT TIME ZONE CAST(:timeZone AS text) AS date) AS "openedOn",
  COALESCE(
    lead.date_deadline,
    CAST(COALESCE(lead.date_closed, lead.create_date) AT TIME ZONE 'UTC' AT TIME ZONE CAST(:timeZone AS text) AS date)
  ) AS "expectedCloseOn",
  CAST(lead.date_closed AT TIME ZONE 'UTC' AT TIME ZONE CAST(:timeZone AS text) AS date) AS "closedOn",
  CAST(lead.date_closed AT TIME ZONE 'UTC' AT TIME ZONE CAST(:timeZone AS text) AS date)
    - CAST(lead.create_date AT TIME ZONE 'UTC' AT TIME ZONE CAST(:timeZone AS text) AS date) AS "cycleDays",
  COALESCE(reason.name ->> CAST(:language AS text), reason.name ->> 'en_US') AS "lostReason"
FROM crm_lead lead
JOIN res_partner customer ON customer.id = lead.partner_id
JOIN res_company company ON company.id = COALESCE(lead.company_id, CAST(:companyId AS integer))
JOIN res_currency currency ON currency.id = company.currency_id
LEFT JOIN crm_stage stage ON stage.id = lead.stage_id
LEFT JOIN crm_lost_reason reason ON reason.id = lead.lost_reason_id
LEFT JOIN res_users owner ON owner.id = lead.user_id
WHERE lead.type = 'opportunity'
  AND (lead.active OR lead.probability = 0)
  AND company.id = CAST(:companyId AS integer)
