-- budget: Budget and Budget Account (erpnext/accounts/doctype/budget, budget_account, 15), submitted ones only: an amount for a
-- fiscal year, which begins on the year's first day here; its monthly distribution is not read. The cost object is the
-- project of a budget by project. Not here: departmentCode.
SELECT
  line.name AS id,
  fiscal.year_start_date AS startsOn,
  line.account AS account,
  CASE WHEN budget.budget_against = 'Project' THEN NULLIF(budget.project, '') END AS costObject,
  ROUND(line.budget_amount, 4) AS amount,
  company.default_currency AS currency
FROM `tabBudget Account` line
JOIN `tabBudget` budget ON budget.name = line.parent
JOIN `tabFiscal Year` fiscal ON fiscal.name = budget.fiscal_year
JOIN `tabCompany` company ON company.name = budget.company
WHERE budget.docstatus = 1
  AND budget.company = :company
