-- product_price: Item Price (erpnext/stock/doctype/item_price, 15) of the list :priceList, for everybody (no customer), in
-- the stock unit; prices of a box or a batch are others. One without a first day began when it was entered.
SELECT
  price.item_code AS sku,
  price.currency AS currency,
  COALESCE(price.valid_from, CAST(price.creation AS date)) AS validFrom,
  price.valid_upto AS validTo,
  ROUND(price.price_list_rate, 6) AS price
FROM `tabItem Price` price
JOIN `tabItem` item ON item.name = price.item_code
WHERE price.price_list = :priceList
  AND price.selling = 1
  AND COALESCE(price.customer, '') = ''
  AND COALESCE(price.batch_no, '') = ''
  AND COALESCE(NULLIF(price.uom, ''), item.stock_uom) = item.stock_uom
