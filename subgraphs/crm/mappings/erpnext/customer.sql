-- customer: Customer (erpnext/selling/doctype/customer, 15). Customers belong to no company. Disabled ones are
-- CLOSED and frozen ones BLOCKED, not gone: documents name them. The region is the territory.
-- Not here: kind, legalName, healthScore.
SELECT
  customer.name AS crmAccountId,
  customer.customer_name AS name,
  NULLIF(customer.tax_id, '') AS taxRegistrationNo,
  NULLIF(customer.customer_group, '') AS segmentCode,
  NULLIF(customer.territory, '') AS region,
  CASE
    WHEN customer.disabled = 1 THEN 'CLOSED'
    WHEN customer.is_frozen = 1 THEN 'BLOCKED'
    ELSE 'ACTIVE'
  END AS status,
  NULLIF(customer.account_manager, '') AS ownerLoginId,
  CAST(customer.creation AS date) AS createdOn
FROM `tabCustomer` customer
