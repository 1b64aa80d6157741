-- task: mail.activity (addons/mail/models/mail_activity.py, 18.0) on leads and partners. The record is named
-- by a model and an id (res_model, res_id). Done ones are deleted, or kept and archived where the type says
-- so; releases without that column have only open ones. Odoo knows a day, no time: dueAt is not here.
SELECT
  activity.id AS id,
  assignee.login AS "loginId",
  COALESCE(
    NULLIF(activity.summary, ''),
    kind.name ->> CAST(:language AS text),
    kind.name ->> 'en_US'
  ) AS title,
  activity.date_deadline AS "dueOn",
  CASE WHEN to_jsonb(activity) ->> 'active' = 'false' THEN 'DONE' ELSE 'OPEN' END AS status,
  customer.commercial_partner_id AS "crmAccountId",
  CASE WHEN lead.type = 'opportunity' THEN lead.id END AS "opportunityId"
FROM mail_activity activity
JOIN res_users assignee ON assignee.id = activity.user_id
LEFT JOIN mail_activity_type kind ON kind.id = activity.activity_type_id
LEFT JOIN crm_lead lead ON activity.res_model = 'crm.lead' AND lead.id = activity.res_id
LEFT JOIN res_partner customer
  ON customer.id = CASE WHEN activity.res_model = 'res.partner' THEN activity.res_id ELSE lead.partner_id END
WHERE activity.res_model IN ('crm.lead', 'res.partner')
