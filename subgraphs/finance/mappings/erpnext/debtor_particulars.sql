-- debtor_particulars: Customer (erpnext/selling/doctype/customer, 15) and Address (frappe/contacts/doctype/address, 15):
-- the customer's primary address, else the first one in use that is tied to it by Dynamic Link, billing addresses
-- before others. The telephone is that of the primary contact, which the customer keeps; the terms are its own, else
-- its group's.
-- Not here: legalName.
SELECT
  customer.name AS debtorNo,
  NULLIF(customer.tax_id, '') AS taxRegistrationNo,
  NULLIF(address.address_line1, '') AS line1,
  NULLIF(address.city, '') AS city,
  NULLIF(address.pincode, '') AS postalCode,
  NULLIF(customer.mobile_no, '') AS phone,
  COALESCE(NULLIF(customer.payment_terms, ''), NULLIF(customer_group.payment_terms, '')) AS paymentTerms
FROM `tabCustomer` customer
LEFT JOIN `tabCustomer Group` customer_group ON customer_group.name = customer.customer_group
LEFT JOIN `tabAddress` address
  ON address.name = COALESCE(
    NULLIF(customer.customer_primary_address, ''),
    (
      SELECT used.name
      FROM `tabDynamic Link` link
      JOIN `tabAddress` used ON used.name = link.parent
      WHERE link.parenttype = 'Address'
        AND link.link_doctype = 'Customer'
        AND link.link_name = customer.name
        AND used.disabled = 0
      ORDER BY used.address_type <> 'Billing', used.name
      LIMIT 1
    )
  )
