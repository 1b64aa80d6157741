-- customer: Customer (erpnext/selling/doctype/customer, 15), what it lacks from its group and then from the company:
-- the price list of Customer Group, the currency of Company. The region is the territory.
SELECT
  customer.name AS erpCustomerNo,
  customer.customer_name AS name,
  COALESCE(NULLIF(customer.default_currency, ''), company.default_currency) AS currency,
  COALESCE(NULLIF(customer.default_price_list, ''), NULLIF(customer_group.default_price_list, '')) AS priceList,
  COALESCE(NULLIF(customer.payment_terms, ''), NULLIF(customer_group.payment_terms, '')) AS paymentTerms,
  NULLIF(customer.territory, '') AS region
FROM `tabCustomer` customer
JOIN `tabCompany` company ON company.name = :company
LEFT JOIN `tabCustomer Group` customer_group ON customer_group.name = customer.customer_group
