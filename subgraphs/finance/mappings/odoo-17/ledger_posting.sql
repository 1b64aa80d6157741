-- ledger_posting: account.move.line (17.0) as in the set `odoo`, but the account's code is a column.
SELECT
  line.id AS id,
  account.code AS account,
  line.date AS "postedOn",
  line.product_id AS sku,
  line.debit AS debit,
  line.credit AS credit,
  currency.name AS currency,
  false AS "isCommitment"
FROM account_move_line line
JOIN account_account account ON account.id = line.account_id
JOIN res_company company ON company.id = line.company_id
JOIN res_currency currency ON currency.id = company.currency_id
WHERE line.parent_state = 'posted'
  AND account.account_type <> 'off_balance'
  AND line.company_id = CAST(:companyId AS integer)
