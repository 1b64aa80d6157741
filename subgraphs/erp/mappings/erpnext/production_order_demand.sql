-- production_order_demand: Work Order.sales_order (erpnext/manufacturing/doctype/work_order, 15).
SELECT
  work.name AS productionOrderId,
  work.sales_order AS orderNo
FROM `tabWork Order` work
WHERE work.sales_order <> ''
  AND work.docstatus IN (0, 1)
  AND work.company = :company
