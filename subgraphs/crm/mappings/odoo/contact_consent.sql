-- contact_consent: mail.blacklist (addons/mail/models/mail_blacklist.py, 18.0), by res_partner.email_normalized.
-- Odoo knows who refused e-mail, not who agreed: only refusals are rows.
SELECT
  person.id AS "contactId",
  'EMAIL' AS channel,
  false AS granted,
  refused.create_date AS at
FROM mail_blacklist refused
JOIN res_partner person ON person.email_normalized = refused.email
WHERE refused.active
  AND person.active
  AND person.type = 'contact'
  AND NOT COALESCE(person.is_company, false)
  AND person.commercial_partner_id <> person.id
  AND (person.company_id IS NULL OR person.company_id = CAST(:companyId AS integer))
  AND EXISTS (
    SELECT 1
    FROM res_partner head
    WHERE head.id = person.commercial_partner_id
      AND (
        head.customer_rank > 0
        OR EXISTS (
          SELECT 1
          FROM res_partner asked
          JOIN crm_lead sought ON sought.partner_id = asked.id
          WHERE asked.commercial_partner_id = head.id
        )
        OR EXISTS (
          SELECT 1
          FROM res_partner bought
          JOIN sale_order ordered ON ordered.partner_id = bought.id
          WHERE bought.commercial_partner_id = head.id
        )
      )
  )
