-- production_order_demand: stock.move.created_production_id and the order of its procurement group
-- (addons/mrp/models/stock_move.py; procurement.group.sale_id in addons/sale_stock), 18.0: made to order.
-- What is made for stock is for nobody in particular.
SELECT DISTINCT
  move.created_production_id AS "productionOrderId",
  sale.name AS "orderNo"
FROM stock_move move
JOIN mrp_production production ON production.id = move.created_production_id
JOIN procurement_group demand ON demand.id = move.group_id
JOIN sale_order sale ON sale.id = demand.sale_id
WHERE production.state <> 'cancel'
  AND production.company_id = CAST(:companyId AS integer)
  AND sale.company_id = production.company_id
