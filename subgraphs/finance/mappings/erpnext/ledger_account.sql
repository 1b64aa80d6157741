-- ledger_account: Account (erpnext/accounts/doctype/account, 15): the leaves of the company's tree. The key is the record's
-- name, which carries number and company; the name that is shown is the account's own.
SELECT
  account.name AS account,
  account.account_name AS name,
  account.root_type AS kind
FROM `tabAccount` account
WHERE account.is_group = 0
  AND account.company = :company
