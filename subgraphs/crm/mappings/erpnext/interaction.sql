-- interaction: Communication (frappe/core/doctype/communication, 15) about a customer, an opportunity or an issue
-- of one: the record is named by its kind and its name. Comments and likes are no interactions; a medium
-- "Other" is none of our channels. Not here: contactId, campaignId, durationSeconds.
SELECT
  talk.name AS id,
  COALESCE(customer.name, opportunity_customer.name, issue_customer.name) AS crmAccountId,
  NULLIF(talk.user, '') AS loginId,
  issue.name AS caseNo,
  opportunity.name AS opportunityId,
  talk.communication_medium AS channel,
  NULLIF(talk.subject, '') AS subject,
  talk.communication_date AS at,
  CAST(talk.communication_date AS date) AS occurredOn
FROM `tabCommunication` talk
LEFT JOIN `tabCustomer` customer ON talk.reference_doctype = 'Customer' AND customer.name = talk.reference_name
LEFT JOIN `tabOpportunity` opportunity
  ON talk.reference_doctype = 'Opportunity' AND opportunity.name = talk.reference_name
LEFT JOIN `tabCustomer` opportunity_customer
  ON opportunity.opportunity_from = 'Customer' AND opportunity_customer.name = opportunity.party_name
LEFT JOIN `tabIssue` issue ON talk.reference_doctype = 'Issue' AND issue.name = talk.reference_name
LEFT JOIN `tabCustomer` issue_customer ON issue_customer.name = issue.customer
WHERE talk.communication_type = 'Communication'
  AND talk.communication_medium IN ('Email', 'Phone', 'Chat', 'SMS', 'Event', 'Meeting', 'Visit')
  AND talk.communication_date IS NOT NULL
  AND COALESCE(customer.name, opportunity_customer.name, issue_customer.name) IS NOT NULL
