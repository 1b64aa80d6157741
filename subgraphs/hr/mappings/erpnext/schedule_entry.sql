-- schedule_entry: Leave Application (hrms/hr/doctype/leave_application, 15), approved and submitted. It has days, no hours: it
-- lasts from midnight to midnight. Shift assignments hold for weeks or without end, and are no entries.
SELECT
  absence.name AS id,
  absence.employee AS employeeNo,
  'LEAVE' AS kind,
  CAST(absence.from_date AS datetime) AS start,
  CAST(absence.to_date + INTERVAL 1 DAY AS datetime) AS `end`,
  absence.from_date AS startsOn,
  absence.to_date AS endsOn,
  absence.leave_type AS note
FROM `tabLeave Application` absence
WHERE absence.docstatus = 1
  AND absence.status = 'Approved'
  AND absence.company = :company
