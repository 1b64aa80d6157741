-- employee_skill: Employee Skill in Employee Skill Map (hrms/hr/doctype/employee_skill, employee_skill_map, 15). A rating is 0
-- to 1 in Frappe; it becomes 1 to 5.
SELECT
  map.employee AS employeeNo,
  mastered.skill AS code,
  GREATEST(1, CAST(ROUND(mastered.proficiency * 5) AS signed)) AS level
FROM `tabEmployee Skill` mastered
JOIN `tabEmployee Skill Map` map ON map.name = mastered.parent
JOIN `tabEmployee` employee ON employee.name = map.employee
WHERE mastered.parenttype = 'Employee Skill Map'
  AND mastered.proficiency > 0
  AND employee.company = :company
