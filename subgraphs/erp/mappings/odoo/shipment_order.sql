-- shipment_order: stock.picking.sale_id (addons/sale_stock/models/stock.py, 18.0): one order for each.
SELECT
  picking.id AS "shipmentId",
  sale.name AS "orderNo"
FROM stock_picking picking
JOIN stock_picking_type kind ON kind.id = picking.picking_type_id AND kind.code = 'outgoing'
JOIN sale_order sale ON sale.id = picking.sale_id
WHERE picking.state <> 'cancel'
  AND picking.partner_id IS NOT NULL
  AND picking.company_id = CAST(:companyId AS integer)
