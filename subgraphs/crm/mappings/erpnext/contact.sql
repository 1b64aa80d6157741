-- contact: Contact (frappe/contacts/doctype/contact, 15), tied to customers by Dynamic Link. One who is tied to
-- several customers counts for the first by name: a contact has one here.
SELECT
  contact.name AS id,
  link.link_name AS crmAccountId,
  TRIM(CONCAT_WS(' ', contact.first_name, contact.last_name)) AS name,
  NULLIF(contact.designation, '') AS role,
  NULLIF(contact.email_id, '') AS email,
  COALESCE(NULLIF(contact.mobile_no, ''), NULLIF(contact.phone, '')) AS phone
FROM `tabContact` contact
JOIN `tabDynamic Link` link
  ON link.parent = contact.name AND link.parenttype = 'Contact' AND link.link_doctype = 'Customer'
WHERE NOT EXISTS (
  SELECT 1
  FROM `tabDynamic Link` earlier
  WHERE earlier.parent = link.parent
    AND earlier.parenttype = 'Contact'
    AND earlier.link_doctype = 'Customer'
    AND earlier.link_name < link.link_name
)
