-- ledger_account: account.account (17.0), which belongs to one company and has its code in a column there.
-- Off-balance accounts are left out: no kind stands for them.
SELECT
  account.code AS account,
  COALESCE(account.name ->> CAST(:language AS text), account.name ->> 'en_US') AS name,
  account.account_type AS kind
FROM account_account account
WHERE account.account_type <> 'off_balance'
  AND account.company_id = CAST(:companyId AS integer)
