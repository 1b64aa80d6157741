-- sales_order: Sales Order (erpnext/selling/doctype/sales_order, 15). Drafts (docstatus 0) are no orders, cancelled ones
-- (2) stay as CANCELLED: an amended order is a new document with a name of its own. The day has no time: an order is
-- of midnight. The salesperson is the first of the sales team whose Sales Person is an employee. Amounts are in
-- the customer's currency; the valuation of the lines is in the company's, so it is divided by conversion_rate, and
-- cost is null when a line has none. Not here: requestedOn, version.
SELECT
  sale.name AS orderNo,
  sale.customer AS erpCustomerNo,
  sale.order_type AS channel,
  CASE
    WHEN sale.docstatus = 2 THEN 'CANCELLED'
    WHEN sale.status IN ('Closed', 'Completed') THEN 'COMPLETED'
    WHEN sale.per_delivered >= 100 AND sale.per_billed >= 100 THEN 'INVOICED'
    WHEN sale.per_delivered >= 100 THEN 'SHIPPED'
    WHEN sale.per_delivered > 0 THEN 'PARTIALLY_SHIPPED'
    ELSE 'CONFIRMED'
  END AS status,
  CASE
    WHEN sale.docstatus = 1 AND sale.status NOT IN ('Closed', 'Completed') AND sale.per_delivered < 100 THEN 1
    ELSE 0
  END AS isOpen,
  CAST(sale.transaction_date AS datetime) AS orderedAt,
  sale.transaction_date AS orderedOn,
  sale.delivery_date AS promisedOn,
  (
    SELECT NULLIF(person.employee, '')
    FROM `tabSales Team` team
    JOIN `tabSales Person` person ON person.name = team.sales_person
    WHERE team.parent = sale.name AND team.parenttype = 'Sales Order' AND person.employee <> ''
    ORDER BY team.idx
    LIMIT 1
  ) AS salespersonNo,
  ROUND(sale.net_total, 4) AS net,
  COALESCE(
    (
      SELECT ROUND(SUM(line.net_amount * line.delivered_qty / NULLIF(line.qty, 0)), 4)
      FROM `tabSales Order Item` line
      WHERE line.parent = sale.name AND line.parenttype = 'Sales Order'
    ),
    0
  ) AS shippedNet,
  (
    SELECT
      CASE
        WHEN COUNT(*) = COUNT(NULLIF(line.valuation_rate, 0))
        THEN ROUND(SUM(line.valuation_rate * line.stock_qty) / sale.conversion_rate, 4)
      END
    FROM `tabSales Order Item` line
    WHERE line.parent = sale.name AND line.parenttype = 'Sales Order'
  ) AS cost,
  sale.currency AS currency
FROM `tabSales Order` sale
WHERE sale.docstatus IN (1, 2)
  AND sale.company = :company
