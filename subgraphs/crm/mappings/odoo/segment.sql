-- segment: res.partner.industry (addons/base/models/res_partner.py, 18.0). Tags would be the other choice,
-- but a partner has many of them and one industry. Archived ones stay: old customers name them.
SELECT
  industry.id AS code,
  COALESCE(industry.name ->> CAST(:language AS text), industry.name ->> 'en_US') AS name
FROM res_partner_industry industry
