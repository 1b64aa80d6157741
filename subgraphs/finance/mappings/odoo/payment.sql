-- payment: account.move.line on receivable accounts of entries that a payment or a bank line made (payment_id and
-- statement_line_id, addons/account/models/account_move_line.py, 18.0). Odoo reconciles an invoice with
-- either, so account.payment alone would miss what was matched straight from the bank, and in 18 a payment may
-- have no entry at all until the bank line comes. Money paid back to a customer is negative.
SELECT
  line.id AS id,
  debtor.commercial_partner_id AS "debtorNo",
  line.date AS "receivedOn",
  - line.amount_currency AS amount,
  currency.name AS currency,
  line.statement_line_id AS "bankTransactionId"
FROM account_move_line line
JOIN account_account account ON account.id = line.account_id
JOIN res_partner debtor ON debtor.id = line.partner_id
JOIN res_currency currency ON currency.id = line.currency_id
WHERE account.account_type = 'asset_receivable'
  AND (line.payment_id IS NOT NULL OR line.statement_line_id IS NOT NULL)
  AND line.parent_state = 'posted'
  AND line.company_id = CAST(:companyId AS integer)
