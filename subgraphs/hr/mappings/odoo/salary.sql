-- salary: hr.contract.wage (addons/hr_contract/models/hr_contract.py, 17.0 and 18.0), the month's wage from the contract's
-- first day on, in the company's currency. Drafts and cancelled contracts were never in force.
SELECT
  contract.employee_id AS "employeeNo",
  contract.date_start AS "validFrom",
  contract.wage AS salary,
  currency.name AS currency
FROM hr_contract contract
JOIN res_company company ON company.id = contract.company_id
JOIN res_currency currency ON currency.id = company.currency_id
WHERE contract.state IN ('open', 'close')
  AND contract.employee_id IS NOT NULL
  AND contract.company_id = CAST(:companyId AS integer)
