-- employee_skill: hr.employee.skill (addons/hr_skills/models/hr_employee_skill.py, hr_skill.py, hr_skill_level.py, 17.0
-- and 18.0). The code is the skill's English name, which is plain text in some releases and jsonb by language
-- in others; the level's progress of 0 to 100 becomes 1 to 5.
SELECT
  mastered.employee_id AS "employeeNo",
  COALESCE(to_jsonb(skill.name) ->> 'en_US', to_jsonb(skill.name) #>> '{}') AS code,
  GREATEST(1, CAST(ceil(level.level_progress / 20.0) AS integer)) AS level
FROM hr_employee_skill mastered
JOIN hr_employee employee ON employee.id = mastered.employee_id
JOIN hr_skill skill ON skill.id = mastered.skill_id
JOIN hr_skill_level level ON level.id = mastered.skill_level_id
WHERE employee.company_id = CAST(:companyId AS integer)
