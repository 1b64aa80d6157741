-- lead: Lead (erpnext/crm/doctype/lead, 15). The customer it became names it (Customer.lead_name), and so do the
-- opportunities (party_name): the first of several is answered. Not here: contactId.
SELECT
  lead.name AS id,
  COALESCE(NULLIF(lead.lead_name, ''), NULLIF(lead.company_name, ''), lead.name) AS name,
  NULLIF(lead.source, '') AS source,
  NULLIF(lead.campaign_name, '') AS campaignId,
  lead.status AS status,
  NULLIF(lead.lead_owner, '') AS ownerLoginId,
  (SELECT MIN(customer.name) FROM `tabCustomer` customer WHERE customer.lead_name = lead.name) AS crmAccountId,
  (
    SELECT MIN(opportunity.name)
    FROM `tabOpportunity` opportunity
    WHERE opportunity.opportunity_from = 'Lead' AND opportunity.party_name = lead.name
  ) AS opportunityId,
  CAST(lead.creation AS date) AS createdOn
FROM `tabLead` lead
WHERE lead.disabled = 0
