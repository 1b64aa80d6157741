-- employee: hr.employee (addons/hr/models/hr_employee.py, hr_employee_base.py; hr_contract for the first day), 17.0
-- and 18.0. The login is the user's, the user a partner's: only the login is read. Who left is archived with a
-- departure date; archived without one is TERMINATED as well, on an unknown day. Began with the first
-- contract. Not here: fte (Odoo has hours of a calendar), jobFamily. Pins, badges and private data stay there.
SELECT
  employee.id AS "employeeNo",
  account.login AS "loginId",
  employee.name AS "displayName",
  NULLIF(employee.work_email, '') AS "workEmail",
  NULLIF(employee.job_title, '') AS "jobTitle",
  CASE WHEN employee.active THEN 'ACTIVE' ELSE 'TERMINATED' END AS status,
  employee.department_id AS "departmentCode",
  employee.parent_id AS "managerNo",
  contract.began AS "hiredOn",
  employee.departure_date AS "leftOn",
  employee.birthday AS "bornOn",
  place.name AS location,
  CAST(
    extract(year FROM age(COALESCE(employee.departure_date, CURRENT_DATE), contract.began)) * 12
      + extract(month FROM age(COALESCE(employee.departure_date, CURRENT_DATE), contract.began)) AS integer
  ) AS "tenureMonths"
FROM hr_employee employee
LEFT JOIN res_users account ON account.id = employee.user_id
LEFT JOIN hr_work_location place ON place.id = employee.work_location_id
LEFT JOIN LATERAL (
  SELECT min(agreed.date_start) AS began
  FROM hr_contract agreed
  WHERE agreed.employee_id = employee.id AND agreed.state IN ('open', 'close')
) contract ON true
WHERE employee.company_id = CAST(:companyId AS integer)
