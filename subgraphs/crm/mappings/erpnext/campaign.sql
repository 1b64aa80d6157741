-- campaign: Campaign (erpnext/crm/doctype/campaign, 15): a name and a text. Not here: status, kind, costObjectCode,
-- budget, currency, startsOn, endsOn.
SELECT
  campaign.name AS id,
  campaign.campaign_name AS name
FROM `tabCampaign` campaign
