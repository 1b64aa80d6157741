-- shipment_order: Delivery Note Item.against_sales_order (erpnext/stock/doctype/delivery_note_item, 15).
SELECT DISTINCT
  line.parent AS shipmentId,
  line.against_sales_order AS orderNo
FROM `tabDelivery Note Item` line
JOIN `tabDelivery Note` delivery ON delivery.name = line.parent
WHERE line.against_sales_order <> ''
  AND delivery.docstatus = 1
  AND delivery.company = :company
