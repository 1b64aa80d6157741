-- shipment: Delivery Note (erpnext/stock/doctype/delivery_note, 15), submitted ones only. It is entered when the goods leave,
-- and nobody notes the arrival, so that moment is both; returns (is_return) are RETURNED and never late. Promised
-- is the earliest day of the order lines it delivers; who handles it is the driver, where he is an employee.
-- Not here: latitude, longitude.
SELECT
  delivery.name AS id,
  delivery.customer AS erpCustomerNo,
  CASE WHEN delivery.is_return = 1 THEN 'RETURNED' ELSE 'DELIVERED' END AS status,
  NULLIF(delivery.transporter_name, '') AS carrier,
  NULLIF(delivery.lr_no, '') AS trackingNo,
  NULLIF(delivery.set_warehouse, '') AS siteId,
  NULLIF(driver.employee, '') AS handlerNo,
  TIMESTAMP(delivery.posting_date, COALESCE(delivery.posting_time, '00:00:00')) AS shippedAt,
  (
    SELECT MIN(ordered.delivery_date)
    FROM `tabDelivery Note Item` line
    JOIN `tabSales Order Item` ordered ON ordered.name = line.so_detail
    WHERE line.parent = delivery.name
  ) AS promisedOn,
  CASE
    WHEN delivery.is_return = 0 THEN TIMESTAMP(delivery.posting_date, COALESCE(delivery.posting_time, '00:00:00'))
  END AS deliveredAt,
  CASE WHEN delivery.is_return = 0 THEN delivery.posting_date END AS deliveredOn,
  CASE WHEN delivery.is_return = 0 THEN delivery.posting_date <= (
    SELECT MIN(ordered.delivery_date)
    FROM `tabDelivery Note Item` line
    JOIN `tabSales Order Item` ordered ON ordered.name = line.so_detail
    WHERE line.parent = delivery.name
  ) END AS onTime,
  CASE
    WHEN delivery.is_return = 0
    THEN GREATEST(
      0,
      CEIL(
        TIMESTAMPDIFF(
          MINUTE,
          CAST((
            SELECT MIN(ordered.delivery_date)
            FROM `tabDelivery Note Item` line
            JOIN `tabSales Order Item` ordered ON ordered.name = line.so_detail
            WHERE line.parent = delivery.name
          ) + INTERVAL 1 DAY AS datetime),
          TIMESTAMP(delivery.posting_date, COALESCE(delivery.posting_time, '00:00:00'))
        ) / 60
      )
    )
  END AS delayHours
FROM `tabDelivery Note` delivery
LEFT JOIN `tabDriver` driver ON driver.name = delivery.driver
WHERE delivery.docstatus = 1
  AND delivery.company = :company
