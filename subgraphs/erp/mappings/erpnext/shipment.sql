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
  promised.promised_on AS promisedOn,
  CASE
    WHEN delivery.is_return = 0 THEN TIMESTAMP(delivery.posting_date, COALESCE(delivery.posting_time, '00:00:00'))
  END AS deliveredAt,
  CASE WHEN delivery.is_return = 0 THEN delivery.posting_date END AS deliveredOn,
  CASE
    WHEN delivery.is_return = 0 AND promised.promised_on IS NOT NULL
    THEN CASE WHEN delivery.posting_date <= promised.promised_on THEN 1 ELSE 0 END
  END AS onTime,
  CASE
    WHEN delivery.is_return = 0 AND promised.promised_on IS NOT NULL
    THEN GREATEST(
      0,
      CEIL(
        TIMESTAMPDIFF(
          MINUTE,
          CAST(promised.promised_on + INTERVAL 1 DAY AS datetime),
          TIMESTAMP(delivery.posting_date, COALESCE(delivery.posting_time, '00:00:00'))
        ) / 60
      )
    )
  END AS delayHours
FROM `tabDelivery Note` delivery
LEFT JOIN `tabDriver` driver ON driver.name = delivery.driver
LEFT JOIN (
  SELECT line.parent, MIN(ordered.delivery_date) AS promised_on
  FROM `tabDelivery Note Item` line
  JOIN `tabSales Order Item` ordered ON ordered.name = line.so_detail
  GROUP BY line.parent
) promised ON promised.parent = delivery.name
WHERE delivery.docstatus = 1
  AND delivery.company = :company
