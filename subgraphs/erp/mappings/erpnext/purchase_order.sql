-- purchase_order: Purchase Order (erpnext/buying/doctype/purchase_order, 15), submitted ones only (docstatus 1). How much
-- came is per_received; in time is judged by the Purchase Receipts of its lines. Closed ones count as received:
-- nothing comes any more. The buyer is the employee of who entered it.
SELECT
  purchase.name AS poNo,
  purchase.supplier AS supplierNo,
  CASE
    WHEN purchase.per_received >= 100 OR purchase.status IN ('Closed', 'Completed', 'Delivered') THEN 'RECEIVED'
    WHEN purchase.per_received > 0 THEN 'PARTIALLY_RECEIVED'
    WHEN purchase.order_confirmation_no <> '' THEN 'CONFIRMED'
    ELSE 'ORDERED'
  END AS status,
  purchase.transaction_date AS orderedOn,
  CASE
    WHEN purchase.per_received < 100 THEN NULL
    WHEN EXISTS (
      SELECT 1
      FROM `tabPurchase Receipt Item` received
      JOIN `tabPurchase Receipt` receipt ON receipt.name = received.parent AND receipt.docstatus = 1 AND receipt.is_return = 0
      JOIN `tabPurchase Order Item` line ON line.name = received.purchase_order_item
      WHERE line.parent = purchase.name AND receipt.posting_date > line.schedule_date
    ) THEN 0
    ELSE 1
  END AS onTime,
  ROUND(purchase.net_total, 4) AS total,
  purchase.currency AS currency,
  (SELECT MIN(buyer.name) FROM `tabEmployee` buyer WHERE buyer.user_id = purchase.owner) AS buyerNo
FROM `tabPurchase Order` purchase
WHERE purchase.docstatus = 1
  AND purchase.company = :company
