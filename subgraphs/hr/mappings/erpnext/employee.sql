-- employee: Employee (erpnext/setup/doctype/employee, 15). The login is the user's name, which is an e-mail address. Not
-- here: fte, jobFamily. Pay, bank accounts, passport and health stay there.
SELECT
  employee.name AS employeeNo,
  NULLIF(employee.user_id, '') AS loginId,
  employee.employee_name AS displayName,
  NULLIF(employee.company_email, '') AS workEmail,
  NULLIF(employee.designation, '') AS jobTitle,
  employee.status AS status,
  NULLIF(employee.department, '') AS departmentCode,
  NULLIF(employee.reports_to, '') AS managerNo,
  employee.date_of_joining AS hiredOn,
  employee.relieving_date AS leftOn,
  employee.date_of_birth AS bornOn,
  NULLIF(employee.branch, '') AS location,
  TIMESTAMPDIFF(MONTH, employee.date_of_joining, COALESCE(employee.relieving_date, CURRENT_DATE)) AS tenureMonths
FROM `tabEmployee` employee
WHERE employee.company = :company
