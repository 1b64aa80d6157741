-- debtor: Customer (erpnext/selling/doctype/customer, 15). A credit limit is a row per company (Customer Credit Limit) of
-- the customer, else of its group, else the company's own; 0 is no limit: nothing was decided, so null. Frozen is on
-- hold. Limits are in the company's currency, and so is everything open of a debtor without a currency of his own.
-- Not here: creditRating, averageDaysToPay.
SELECT
  customer.name AS debtorNo,
  customer.name AS erpCustomerNo,
  customer.customer_name AS name,
  company.default_currency AS currency,
  NULLIF(
    ROUND(
      COALESCE(
        (
          SELECT NULLIF(MAX(own.credit_limit), 0)
          FROM `tabCustomer Credit Limit` own
          WHERE own.parent = customer.name AND own.parenttype = 'Customer' AND own.company = company.name
        ),
        (
          SELECT NULLIF(MAX(ofgroup.credit_limit), 0)
          FROM `tabCustomer Credit Limit` ofgroup
          WHERE ofgroup.parent = customer.customer_group AND ofgroup.parenttype = 'Customer Group' AND ofgroup.company = company.name
        ),
        company.credit_limit
      ),
      4
    ),
    0
  ) AS creditLimit,
  customer.is_frozen AS creditHold,
  NULLIF(customer.territory, '') AS region
FROM `tabCustomer` customer
JOIN `tabCompany` company ON company.name = :company
