-- task: ToDo (frappe/desk/doctype/todo, 15) about customers, opportunities and issues. The text is HTML: the title is
-- its words, cut at 140. A ToDo has a day, no time: dueAt is not here.
SELECT
  todo.name AS id,
  todo.allocated_to AS loginId,
  LEFT(TRIM(REGEXP_REPLACE(todo.description, '<[^>]*>', '')), 140) AS title,
  todo.date AS dueOn,
  todo.status AS status,
  CASE todo.reference_type
    WHEN 'Customer' THEN todo.reference_name
    WHEN 'Issue' THEN NULLIF(issue.customer, '')
    WHEN 'Opportunity' THEN CASE WHEN opportunity.opportunity_from = 'Customer' THEN opportunity.party_name END
  END AS crmAccountId,
  opportunity.name AS opportunityId,
  issue.name AS caseNo
FROM `tabToDo` todo
LEFT JOIN `tabOpportunity` opportunity
  ON todo.reference_type = 'Opportunity' AND opportunity.name = todo.reference_name
LEFT JOIN `tabIssue` issue ON todo.reference_type = 'Issue' AND issue.name = todo.reference_name
WHERE todo.reference_type IN ('Customer', 'Opportunity', 'Issue')
  AND todo.allocated_to <> ''
