-- purchase_order: purchase.order (addons/purchase/models/purchase_order.py; effective_date in
-- addons/purchase_stock), 18.0. Requests for quotation and cancelled ones are no orders. How much came is
-- read from the lines. The buyer is the employee of the user in the order's company.
SELECT
  purchase.name AS "poNo",
  supplier.commercial_partner_id AS "supplierNo",
  CASE
    WHEN NOT COALESCE(
      (
        SELECT bool_or(line.qty_received < line.product_qty)
        FROM purchase_order_line line
        WHERE line.order_id = purchase.id AND line.display_type IS NULL
      ),
      false
    ) THEN 'RECEIVED'
    WHEN COALESCE(
      (
        SELECT bool_or(line.qty_received > 0)
        FROM purchase_order_line line
        WHERE line.order_id = purchase.id AND line.display_type IS NULL
      ),
      false
    ) THEN 'PARTIALLY_RECEIVED'
    ELSE 'ORDERED'
  END AS status,
  CAST(
    COALESCE(purchase.date_approve, purchase.date_order)
    AT TIME ZONE 'UTC' AT TIME ZONE CAST(:timeZone AS text) AS date
  ) AS "orderedOn",
  CASE
    WHEN COALESCE(
      (
        SELECT bool_or(line.qty_received < line.product_qty)
        FROM purchase_order_line line
        WHERE line.order_id = purchase.id AND line.display_type IS NULL
      ),
      false
    ) THEN NULL
    ELSE NOT EXISTS (
      SELECT 1
      FROM purchase_order_line line
      JOIN stock_move move ON move.purchase_line_id = line.id AND move.state = 'done'
      WHERE line.order_id = purchase.id
        AND CAST(move.date AT TIME ZONE 'UTC' AT TIME ZONE CAST(:timeZone AS text) AS date)
          > CAST(line.date_planned AT TIME ZONE 'UTC' AT TIME ZONE CAST(:timeZone AS text) AS date)
    )
  END AS "onTime",
  purchase.amount_untaxed AS total,
  currency.name AS currency,
  buyer.id AS "buyerNo"
FROM purchase_order purchase
JOIN res_partner supplier ON supplier.id = purchase.partner_id
JOIN res_currency currency ON currency.id = purchase.currency_id
LEFT JOIN hr_employee buyer ON buyer.user_id = purchase.user_id AND buyer.company_id = purchase.company_id
WHERE purchase.state IN ('purchase', 'done')
  AND purchase.company_id = CAST(:companyId AS integer)
