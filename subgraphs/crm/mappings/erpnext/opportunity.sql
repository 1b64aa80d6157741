-- opportunity: Opportunity (erpnext/crm/doctype/opportunity, 15). The party is a customer or a lead by name; one of
-- a lead that became no customer has no account and is not here. Probability is percent in ERPNext. An
-- opportunity without an expected day is expected on its own day: overdue, never out of the list.
-- Not here: closedOn and cycleDays, which ERPNext does not keep.
SELECT
  opportunity.name AS id,
  COALESCE(NULLIF(opportunity.title, ''), NULLIF(opportunity.customer_name, ''), opportunity.name) AS name,
  COALESCE(customer.name, converted.name) AS crmAccountId,
  NULLIF(opportunity.opportunity_owner, '') AS ownerLoginId,
  opportunity.status AS stage,
  ROUND(opportunity.probability / 100, 6) AS probability,
  ROUND(opportunity.opportunity_amount, 4) AS amount,
  ROUND(opportunity.opportunity_amount * opportunity.probability / 100, 4) AS weightedAmount,
  opportunity.currency AS currency,
  opportunity.transaction_date AS openedOn,
  COALESCE(opportunity.expected_closing, opportunity.transaction_date) AS expectedCloseOn,
  NULLIF(opportunity.order_lost_reason, '') AS lostReason
FROM `tabOpportunity` opportunity
LEFT JOIN `tabCustomer` customer
  ON opportunity.opportunity_from = 'Customer' AND customer.name = opportunity.party_name
LEFT JOIN `tabCustomer` converted
  ON opportunity.opportunity_from = 'Lead'
  AND converted.lead_name = opportunity.party_name
  AND NOT EXISTS (
    SELECT 1
    FROM `tabCustomer` earlier
    WHERE earlier.lead_name = converted.lead_name AND earlier.name < converted.name
  )
WHERE opportunity.company = :company
  AND COALESCE(customer.name, converted.name) IS NOT NULL
