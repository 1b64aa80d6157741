-- interaction: mail.message (addons/mail/models/mail_message.py, 18.0) on a lead or a partner: e-mails that
-- came in or went out, and calls and meetings that were marked done as activities. Notes and tracking
-- are not interactions. The record is named by a model and an id (model, res_id).
-- Not here: durationSeconds, caseNo (Odoo Community has no cases).
SELECT
  message.id AS id,
  customer.commercial_partner_id AS "crmAccountId",
  CASE WHEN customer.id <> customer.commercial_partner_id THEN customer.id END AS "contactId",
  author.login AS "loginId",
  CASE WHEN lead.type = 'opportunity' THEN lead.id END AS "opportunityId",
  lead.campaign_id AS "campaignId",
  CASE WHEN message.message_type IN ('email', 'email_outgoing') THEN 'email' ELSE kind.category END AS channel,
  NULLIF(message.subject, '') AS subject,
  message.date AS at,
  CAST(message.date AT TIME ZONE 'UTC' AT TIME ZONE CAST(:timeZone AS text) AS date) AS "occurredOn"
FROM mail_message message
LEFT JOIN crm_lead lead ON message.model = 'crm.lead' AND lead.id = message.res_id
JOIN res_partner customer
  ON customer.id = CASE WHEN message.model = 'res.partner' THEN message.res_id ELSE lead.partner_id END
LEFT JOIN mail_activity_type kind ON kind.id = message.mail_activity_type_id
LEFT JOIN res_users author ON author.partner_id = message.author_id
WHERE message.model IN ('crm.lead', 'res.partner')
  AND (message.message_type IN ('email', 'email_outgoing') OR kind.category IN ('phonecall', 'meeting'))
  AND (customer.company_id IS NULL OR customer.company_id = CAST(:companyId AS integer))
  AND EXISTS (
    SELECT 1
    FROM res_partner head
    WHERE head.id = customer.commercial_partner_id
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
