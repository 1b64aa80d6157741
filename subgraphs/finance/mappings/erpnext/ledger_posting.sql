-- ledger_posting: GL Entry (erpnext/accounts/doctype/gl_entry, 15) in the company's currency, without entries of cancelled
-- vouchers (is_cancelled marks them and their reversals). The cost object is the project. Nothing that is only ordered is in
-- the ledger. Not here: category, departmentCode, sku, caseNo: what an account means to our categories is
-- the company's own knowledge.
SELECT
  entry.name AS id,
  entry.account AS account,
  entry.posting_date AS postedOn,
  NULLIF(entry.project, '') AS costObject,
  CASE WHEN entry.party_type = 'Employee' THEN entry.party END AS employeeNo,
  ROUND(entry.debit, 4) AS debit,
  ROUND(entry.credit, 4) AS credit,
  company.default_currency AS currency,
  0 AS isCommitment
FROM `tabGL Entry` entry
JOIN `tabCompany` company ON company.name = entry.company
WHERE entry.is_cancelled = 0
  AND entry.company = :company
