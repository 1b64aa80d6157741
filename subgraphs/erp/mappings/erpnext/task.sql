-- task: ToDo (frappe/desk/doctype/todo, 15) about orders, deliveries and production, of users who are employees of the
-- company. The title is the words of the HTML text, cut at 140. A ToDo has a day, no time: dueAt is not here.
SELECT
  todo.name AS id,
  assignee.name AS employeeNo,
  LEFT(TRIM(REGEXP_REPLACE(todo.description, '<[^>]*>', '')), 140) AS title,
  todo.date AS dueOn,
  todo.status AS status,
  CASE WHEN todo.reference_type = 'Sales Order' THEN todo.reference_name END AS orderNo,
  CASE WHEN todo.reference_type = 'Work Order' THEN todo.reference_name END AS productionOrderId
FROM `tabToDo` todo
JOIN `tabEmployee` assignee
  ON assignee.user_id = todo.allocated_to AND assignee.company = :company AND assignee.status <> 'Left'
WHERE todo.reference_type IN ('Sales Order', 'Delivery Note', 'Purchase Order', 'Work Order')
