-- salary: Salary Structure Assignment.base (hrms/payroll/doctype/salary_structure_assignment, 15) of structures that are paid
-- monthly (Salary Structure.payroll_frequency), from a day on; other frequencies are no month's salary.
SELECT
  assignment.employee AS employeeNo,
  assignment.from_date AS validFrom,
  ROUND(assignment.base, 4) AS salary,
  assignment.currency AS currency
FROM `tabSalary Structure Assignment` assignment
JOIN `tabSalary Structure` structure ON structure.name = assignment.salary_structure
WHERE assignment.docstatus = 1
  AND structure.payroll_frequency = 'Monthly'
  AND assignment.base IS NOT NULL
  AND assignment.company = :company
