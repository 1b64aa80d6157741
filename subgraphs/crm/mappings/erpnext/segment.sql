-- segment: Customer Group (erpnext/setup/doctype/customer_group, 15): the groups that customers may be in. The
-- tree above them (lft, rgt) are headings.
SELECT
  customer_group.name AS code,
  customer_group.customer_group_name AS name
FROM `tabCustomer Group` customer_group
WHERE customer_group.is_group = 0
