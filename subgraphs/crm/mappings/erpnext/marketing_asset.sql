-- marketing_asset: Item.image (erpnext/stock/doctype/item, 15): one picture for each. The address is relative to the
-- site unless it was given whole.
SELECT
  item.name AS sku,
  1 AS assetNo,
  item.image AS url,
  'IMAGE' AS kind
FROM `tabItem` item
WHERE item.image <> ''
  AND item.has_variants = 0
