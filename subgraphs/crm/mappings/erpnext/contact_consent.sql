-- contact_consent: Contact.unsubscribed (frappe/contacts/doctype/contact, 15). Frappe knows who refused e-mail,
-- not who agreed: only refusals are rows. When is not kept: `at` is not here.
SELECT
  contact.name AS contactId,
  'EMAIL' AS channel,
  0 AS granted
FROM `tabContact` contact
WHERE contact.unsubscribed = 1
  AND EXISTS (
    SELECT 1
    FROM `tabDynamic Link` link
    WHERE link.parent = contact.name AND link.parenttype = 'Contact' AND link.link_doctype = 'Customer'
  )
