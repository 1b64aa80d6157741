-- opportunity_campaign: Opportunity.campaign (erpnext/crm/doctype/opportunity, 15): one campaign for each, so it is
-- the first and the last touch, on the opportunity's day.
SELECT
  opportunity.name AS opportunityId,
  opportunity.campaign AS campaignId,
  1 AS touchNo,
  1 AS isFirst,
  1 AS isLast,
  opportunity.transaction_date AS touchedOn
FROM `tabOpportunity` opportunity
WHERE opportunity.campaign <> ''
  AND opportunity.company = :company
