-- task: mail.activity (addons/mail/models/mail_activity.py, 18.0) on orders, deliveries and production, of
-- users who are employees of the company. The record is named by a model and an id (res_model, res_id).
-- Odoo knows a day, no time: dueAt is not here.
SELECT
  activity.id AS id,
  assignee.id AS "employeeNo",
  COALESCE(
    NULLIF(activity.summary, ''),
    kind.name ->> CAST(:language AS text),
    kind.name ->> 'en_US'
  ) AS title,
  activity.date_deadline AS "dueOn",
  CASE WHEN to_jsonb(activity) ->> 'active' = 'false' THEN 'DONE' ELSE 'OPEN' END AS status,
  sale.name AS "orderNo",
  production.id AS "productionOrderId"
FROM mail_activity activity
JOIN hr_employee assignee
  ON assignee.user_id = activity.user_id AND assignee.company_id = CAST(:companyId AS integer)
LEFT JOIN mail_activity_type kind ON kind.id = activity.activity_type_id
LEFT JOIN stock_picking picking ON activity.res_model = 'stock.picking' AND picking.id = activity.res_id
LEFT JOIN sale_order sale
  ON sale.id = CASE WHEN activity.res_model = 'sale.order' THEN activity.res_id ELSE picking.sale_id END
LEFT JOIN mrp_production production
  ON activity.res_model = 'mrp.production' AND production.id = activity.res_id
WHERE activity.res_model IN ('sale.order', 'purchase.order', 'stock.picking', 'mrp.production')
