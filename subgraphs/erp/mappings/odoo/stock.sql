-- stock: stock.quant over the tree of stock.location (addons/stock/models/stock_quant.py, stock_location.py,
-- stock_warehouse.py, 18.0): what lies in internal locations below the warehouse's view location
-- (parent_path), of us and not of an owner. In transit is what open moves (stock.move) bring from a transit
-- location into the warehouse. A product that was never there has no row.
SELECT
  quant.product_id AS sku,
  warehouse.id AS "siteId",
  round(CAST(sum(quant.quantity) AS numeric), 3) AS "onHand",
  round(CAST(sum(quant.reserved_quantity) AS numeric), 3) AS reserved,
  COALESCE(
    (
      SELECT round(CAST(sum(move.product_qty) AS numeric), 3)
      FROM stock_move move
      JOIN stock_location origin ON origin.id = move.location_id
      JOIN stock_location target ON target.id = move.location_dest_id
      WHERE move.product_id = quant.product_id
        AND move.state NOT IN ('draft', 'done', 'cancel')
        AND origin.usage = 'transit'
        AND target.parent_path LIKE place.parent_path || '%'
    ),
    0
  ) AS "inTransit",
  COALESCE(unit.name ->> CAST(:language AS text), unit.name ->> 'en_US') AS unit
FROM stock_warehouse warehouse
JOIN stock_location place ON place.id = warehouse.view_location_id
JOIN stock_location location ON location.parent_path LIKE place.parent_path || '%' AND location.usage = 'internal'
JOIN stock_quant quant ON quant.location_id = location.id AND quant.owner_id IS NULL
JOIN product_product product ON product.id = quant.product_id
JOIN product_template template ON template.id = product.product_tmpl_id
JOIN uom_uom unit ON unit.id = template.uom_id
WHERE warehouse.company_id = CAST(:companyId AS integer)
GROUP BY quant.product_id, warehouse.id, place.parent_path, unit.id
