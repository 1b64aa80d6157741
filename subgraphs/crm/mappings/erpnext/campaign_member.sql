-- campaign_member: Email Campaign (erpnext/crm/doctype/email_campaign, 15) for contacts; one who was written to twice
-- is one member. Answers are not kept: respondedOn is not here.
SELECT DISTINCT
  mailing.campaign_name AS campaignId,
  mailing.recipient AS contactId
FROM `tabEmail Campaign` mailing
WHERE mailing.email_campaign_for = 'Contact'
