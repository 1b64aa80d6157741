-- department: Department (erpnext/setup/doctype/department, 15): a tree (parent_department, lft, rgt) of the company below one
-- root for all. Not here: headNo, for which there are approvers only.
SELECT
  department.name AS code,
  department.department_name AS name,
  NULLIF(department.parent_department, '') AS parentCode
FROM `tabDepartment` department
WHERE department.company = :company
  OR COALESCE(department.parent_department, '') = ''
