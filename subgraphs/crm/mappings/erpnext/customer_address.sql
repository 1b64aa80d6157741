-- customer_address: Address (frappe/contacts/doctype/address, 15), tied to a customer by Dynamic Link
-- (frappe/core/doctype/dynamic_link): the kind of record and its name. An address has a name and no number,
-- so they are numbered in the order of their names. The country is a name; its code is in Country.
SELECT
  link.link_name AS crmAccountId,
  ROW_NUMBER() OVER (PARTITION BY link.link_name ORDER BY address.name) AS addressNo,
  address.address_type AS kind,
  address.address_line1 AS line1,
  NULLIF(address.address_line2, '') AS line2,
  NULLIF(address.city, '') AS city,
  NULLIF(address.state, '') AS region,
  NULLIF(address.pincode, '') AS postalCode,
  UPPER(country.code) AS country
FROM `tabDynamic Link` link
JOIN `tabAddress` address ON address.name = link.parent
JOIN `tabCountry` country ON country.name = address.country
WHERE link.parenttype = 'Address'
  AND link.link_doctype = 'Customer'
  AND address.disabled = 0
