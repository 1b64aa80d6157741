-- supplier_offer: Item Price for buying with a supplier (erpnext/stock/doctype/item_price, 15) in the stock unit, the latest
-- that has begun and not ended; lead time and smallest quantity are the Item's, for every supplier. Preferred is
-- the default supplier of the item in the company (Item Default).
SELECT
  price.item_code AS sku,
  price.supplier AS supplierNo,
  ROUND(price.price_list_rate, 6) AS price,
  price.currency AS currency,
  NULLIF(ROUND(item.min_order_qty, 3), 0) AS minimumQuantity,
  item.stock_uom AS unit,
  COALESCE(item.lead_time_days, 0) AS leadTimeDays,
  CASE
    WHEN EXISTS (
      SELECT 1
      FROM `tabItem Default` preferred
      WHERE preferred.parent = item.name
        AND preferred.company = :company
        AND preferred.default_supplier = price.supplier
    ) THEN 1
    ELSE 0
  END AS preferred
FROM `tabItem Price` price
JOIN `tabItem` item ON item.name = price.item_code
WHERE price.price_list = :buyingPriceList
  AND price.buying = 1
  AND price.supplier <> ''
  AND COALESCE(NULLIF(price.uom, ''), item.stock_uom) = item.stock_uom
  AND COALESCE(price.valid_from, CAST(price.creation AS date)) <= CURRENT_DATE
  AND (price.valid_upto IS NULL OR price.valid_upto >= CURRENT_DATE)
  AND NOT EXISTS (
    SELECT 1
    FROM `tabItem Price` later
    WHERE later.price_list = price.price_list
      AND later.buying = 1
      AND later.item_code = price.item_code
      AND later.supplier = price.supplier
      AND COALESCE(NULLIF(later.uom, ''), item.stock_uom) = item.stock_uom
      AND COALESCE(later.valid_from, CAST(later.creation AS date)) <= CURRENT_DATE
      AND (later.valid_upto IS NULL OR later.valid_upto >= CURRENT_DATE)
      AND (
        COALESCE(later.valid_from, CAST(later.creation AS date)) > COALESCE(price.valid_from, CAST(price.creation AS date))
        OR (
          COALESCE(later.valid_from, CAST(later.creation AS date)) = COALESCE(price.valid_from, CAST(price.creation AS date))
          AND later.name > price.name
        )
      )
  )
