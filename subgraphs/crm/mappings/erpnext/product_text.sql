-- product_text: Item.description (erpnext/stock/doctype/item, 15), HTML as it stands. Where nobody wrote one ERPNext
-- copies the name.
SELECT
  item.name AS sku,
  item.description AS salesText
FROM `tabItem` item
WHERE item.description <> ''
  AND item.has_variants = 0
