-- bank_transaction: account.bank.statement.line (addons/account/models/account_bank_statement_line.py, 18.0) with the
-- day of its entry, in the currency of its journal, else of the company.
SELECT
  booking.id AS id,
  COALESCE(bank.acc_number, journal.code) AS account,
  entry.date AS "bookedOn",
  booking.amount AS amount,
  COALESCE(journal_currency.name, company_currency.name) AS currency,
  COALESCE(partner.name, NULLIF(booking.partner_name, '')) AS counterparty,
  NULLIF(booking.payment_ref, '') AS reference,
  COALESCE(booking.is_reconciled, false) AS matched
FROM account_bank_statement_line booking
JOIN account_move entry ON entry.id = booking.move_id
JOIN account_journal journal ON journal.id = entry.journal_id
JOIN res_company company ON company.id = entry.company_id
JOIN res_currency company_currency ON company_currency.id = company.currency_id
LEFT JOIN res_currency journal_currency ON journal_currency.id = journal.currency_id
LEFT JOIN res_partner_bank bank ON bank.id = journal.bank_account_id
LEFT JOIN res_partner partner ON partner.id = booking.partner_id
WHERE entry.state = 'posted'
  AND entry.company_id = CAST(:companyId AS integer)
