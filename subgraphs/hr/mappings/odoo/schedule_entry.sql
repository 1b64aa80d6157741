-- schedule_entry: hr.leave (addons/hr_holidays/models/hr_leave.py, 17.0 and 18.0), approved ones only. Working hours are
-- a calendar that holds for weeks without end, and are no entries; shifts are a module of the Enterprise edition.
SELECT
  absence.id AS id,
  absence.employee_id AS "employeeNo",
  'LEAVE' AS kind,
  absence.date_from AS start,
  absence.date_to AS "end",
  absence.request_date_from AS "startsOn",
  absence.request_date_to AS "endsOn",
  COALESCE(kind.name ->> CAST(:language AS text), kind.name ->> 'en_US') AS note
FROM hr_leave absence
JOIN hr_employee employee ON employee.id = absence.employee_id
JOIN hr_leave_type kind ON kind.id = absence.holiday_status_id
WHERE absence.state = 'validate'
  AND employee.company_id = CAST(:companyId AS integer)
