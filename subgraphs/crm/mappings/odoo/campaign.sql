-- campaign: utm.campaign (addons/utm/models/utm_campaign.py, 18.0): a title that is translated, no dates, no
-- budget, and stages that every company names itself. Not here: status, kind, costObjectCode, budget,
-- currency, startsOn, endsOn.
SELECT
  campaign.id AS id,
  COALESCE(campaign.title ->> CAST(:language AS text), campaign.title ->> 'en_US', campaign.name) AS name
FROM utm_campaign campaign
WHERE campaign.active
