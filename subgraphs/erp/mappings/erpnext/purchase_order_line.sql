-- purchase_order_line: Purchase Order Item (erpnext/buying/doctype/purchase_order_item, 15) in stock units.
SELECT
  line.parent AS poNo,
  line.idx AS lineNo,
  line.item_code AS sku,
  ROUND(line.stock_qty, 3) AS quantity,
  ROUND(line.received_qty * line.conversion_factor, 3) AS received,
  line.stock_uom AS unit,
  line.schedule_date AS expectedOn,
  CASE WHEN line.received_qty < line.qty AND purchase.status NOT IN ('Closed', 'Completed', 'Delivered') THEN 1 ELSE 0 END
    AS isOpen,
  ROUND(line.net_amount, 4) AS net,
  purchase.currency AS currency
FROM `tabPurchase Order Item` line
JOIN `tabPurchase Order` purchase ON purchase.name = line.parent
WHERE line.parenttype = 'Purchase Order'
  AND purchase.docstatus = 1
  AND purchase.company = :company
