-- service_case: Issue (erpnext/support/doctype/issue, 15) of customers. Priorities are names that a company may add to:
-- 1 to 4 for those that ERPNext brings, 5 for all others. What an issue type is for is the company's own
-- choice. The resolution is filled by the service level agreement only. Who it is assigned to is a JSON list.
-- Not here: kind, sku, serialNo, orderNo, rootCause, satisfaction.
SELECT
  issue.name AS caseNo,
  CASE issue.priority WHEN 'Urgent' THEN 1 WHEN 'High' THEN 2 WHEN 'Medium' THEN 3 WHEN 'Low' THEN 4 ELSE 5 END
    AS priority,
  issue.status AS status,
  CASE WHEN issue.status IN ('Resolved', 'Closed') THEN 0 ELSE 1 END AS isOpen,
  issue.subject AS subject,
  TIMESTAMP(issue.opening_date, COALESCE(issue.opening_time, '00:00:00')) AS openedAt,
  issue.opening_date AS openedOn,
  issue.sla_resolution_date AS resolvedAt,
  TIMESTAMPDIFF(
    HOUR,
    TIMESTAMP(issue.opening_date, COALESCE(issue.opening_time, '00:00:00')),
    issue.sla_resolution_date
  ) AS resolveHours,
  issue.sla_resolution_by AS slaDueAt,
  CASE WHEN issue.agreement_status = 'Failed' THEN 1 ELSE 0 END AS slaBreached,
  issue.customer AS crmAccountId,
  NULLIF(issue.contact, '') AS contactId,
  CASE WHEN JSON_VALID(issue._assign) THEN JSON_UNQUOTE(JSON_EXTRACT(issue._assign, '$[0]')) END AS assigneeLoginId
FROM `tabIssue` issue
WHERE issue.customer <> ''
  AND (issue.company = :company OR COALESCE(issue.company, '') = '')
