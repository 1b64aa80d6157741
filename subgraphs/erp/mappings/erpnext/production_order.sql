-- production_order: Work Order (erpnext/manufacturing/doctype/work_order, 15), cancelled ones left out. Not here:
-- supervisorNo.
SELECT
  work.name AS id,
  work.production_item AS sku,
  ROUND(work.qty, 3) AS quantity,
  work.stock_uom AS unit,
  work.status AS status,
  CASE WHEN work.status IN ('Completed', 'Stopped', 'Closed') THEN 0 ELSE 1 END AS isOpen,
  CAST(work.planned_start_date AS date) AS plannedStartOn,
  COALESCE(work.expected_delivery_date, CAST(work.planned_end_date AS date)) AS dueOn
FROM `tabWork Order` work
WHERE work.docstatus IN (0, 1)
  AND work.company = :company
