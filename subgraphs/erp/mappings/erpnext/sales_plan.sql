-- sales_plan: Target Detail of Sales Person (erpnext/setup/doctype/target_detail, sales_person, 15): an amount for a fiscal
-- year, in the company's currency. A year may belong to certain companies (Fiscal Year Company). Targets by item group
-- are amounts of their own; quantities are not amounts. Not here: region, sku.
SELECT
  target.name AS id,
  target.fiscal_year AS periodKey,
  fiscal.year_start_date AS startsOn,
  fiscal.year_end_date AS endsOn,
  NULLIF(person.employee, '') AS employeeNo,
  ROUND(target.target_amount, 4) AS target,
  company.default_currency AS currency
FROM `tabTarget Detail` target
JOIN `tabSales Person` person ON person.name = target.parent
JOIN `tabFiscal Year` fiscal ON fiscal.name = target.fiscal_year
JOIN `tabCompany` company ON company.name = :company
WHERE target.parenttype = 'Sales Person'
  AND target.target_amount > 0
