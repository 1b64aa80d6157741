-- ledger_posting: account.move.line of posted entries (addons/account/models/account_move_line.py, 18.0), in the
-- company's currency; headings and notes are no postings. Nothing that is only ordered is in the ledger.
-- Not here: category, departmentCode, costObject, employeeNo, caseNo: Odoo has analytic accounts with shares
-- in jsonb and every company its own meaning of them (see README.md for how to add them).
SELECT
  line.id AS id,
  account.code_store ->> split_part(company.parent_path, '/', 1) AS account,
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
