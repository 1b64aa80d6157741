-- shipment: stock.picking of outgoing types (addons/stock/models/stock_picking.py; sale_id in addons/sale_stock),
-- 18.0. Odoo's "done" is the validated delivery: it left, and nobody notes the arrival, so that day is both.
-- Cancelled ones are gone, returns come in by another type. Carrier and tracking number belong to the module
-- stock_delivery and are not here; neither are coordinates.
SELECT
  picking.id AS id,
  customer.commercial_partner_id AS "erpCustomerNo",
  picking.state AS status,
  kind.warehouse_id AS "siteId",
  handler.id AS "handlerNo",
  picking.date_done AS "shippedAt",
  CAST(picking.date_deadline AT TIME ZONE 'UTC' AT TIME ZONE CAST(:timeZone AS text) AS date) AS "promisedOn",
  picking.date_done AS "deliveredAt",
  CAST(picking.date_done AT TIME ZONE 'UTC' AT TIME ZONE CAST(:timeZone AS text) AS date) AS "deliveredOn",
  CAST(picking.date_done AT TIME ZONE 'UTC' AT TIME ZONE CAST(:timeZone AS text) AS date)
    <= CAST(picking.date_deadline AT TIME ZONE 'UTC' AT TIME ZONE CAST(:timeZone AS text) AS date) AS "onTime",
  CASE
    WHEN picking.date_done IS NOT NULL AND picking.date_deadline IS NOT NULL
    THEN CAST(
      GREATEST(
        0,
        ceil(
          extract(
            epoch FROM picking.date_done - (
              CAST(
                CAST(picking.date_deadline AT TIME ZONE 'UTC' AT TIME ZONE CAST(:timeZone AS text) AS date) + 1
                AS timestamp
              ) AT TIME ZONE CAST(:timeZone AS text) AT TIME ZONE 'UTC'
            )
          ) / 3600
        )
      ) AS integer
    )
  END AS "delayHours"
FROM stock_picking picking
JOIN stock_picking_type kind ON kind.id = picking.picking_type_id AND kind.code = 'outgoing'
JOIN res_partner customer ON customer.id = picking.partner_id
LEFT JOIN hr_employee handler ON handler.user_id = picking.user_id AND handler.company_id = picking.company_id
WHERE picking.state <> 'cancel'
  AND picking.company_id = CAST(:companyId AS integer)
