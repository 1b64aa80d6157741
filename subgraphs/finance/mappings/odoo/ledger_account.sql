-- ledger_account: account.account (addons/account/models/account_account.py, 18.0). Since 18 accounts are shared
-- between companies and their code is a value of the topmost company (code_store, jsonb); an account without
-- a code there is not in our chart. Off-balance accounts are left out: no kind stands for them.
SELECT
  account.code_store ->> split_part(company.parent_path, '/', 1) AS account,
  COALESCE(account.name ->> CAST(:language AS text), account.name ->> 'en_US') AS name,
  account.account_type AS kind
FROM account_account account
JOIN res_company company ON company.id = CAST(:companyId AS integer)
WHERE account.code_store ->> split_part(company.parent_path, '/', 1) <> ''
  AND account.account_type <> 'off_balance'
