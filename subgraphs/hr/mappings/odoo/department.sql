-- department: hr.department (addons/hr/models/hr_department.py, 17.0 and 18.0), of the company or of all. Archived
-- ones stay: people who left name them. The name is plain text in some releases, jsonb by language in others.
SELECT
  department.id AS code,
  COALESCE(
    to_jsonb(department.name) ->> CAST(:language AS text),
    to_jsonb(department.name) ->> 'en_US',
    to_jsonb(department.name) #>> '{}'
  ) AS name,
  department.parent_id AS "parentCode",
  department.manager_id AS "headNo"
FROM hr_department department
WHERE department.company_id IS NULL OR department.company_id = CAST(:companyId AS integer)
