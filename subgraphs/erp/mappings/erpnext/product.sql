-- product: Item (erpnext/stock/doctype/item, 15). A template (has_variants) is never bought or sold and is not here; its
-- variants are items of their own. Disabled or past its end of life: OBSOLETE.
SELECT
  item.name AS sku,
  item.item_name AS name,
  NULLIF(item.description, '') AS description,
  NULLIF(item.item_group, '') AS category,
  item.stock_uom AS uom,
  CASE WHEN item.disabled = 1 OR item.end_of_life < CURRENT_DATE THEN 'OBSOLETE' ELSE 'ACTIVE' END AS lifecycle
FROM `tabItem` item
WHERE item.has_variants = 0
