-- product_price: product.pricelist.item (addons/product/models/product_pricelist_item.py), else
-- product.template.list_price with the surcharges of the variant's values (price_extra of
-- product.template.attribute.value), 18.0. Of the list :priceListId the fixed prices from one unit on, the
-- variant's before the template's; rules in percent or by formula are not list prices. An item without a
-- start began when it was entered, a template's price with the template.
SELECT
  product.id AS sku,
  COALESCE(list_currency.name, company_currency.name) AS currency,
  CAST(
    COALESCE(item.date_start, item.create_date, template.create_date)
    AT TIME ZONE 'UTC' AT TIME ZONE CAST(:timeZone AS text) AS date
  ) AS "validFrom",
  CAST(item.date_end AT TIME ZONE 'UTC' AT TIME ZONE CAST(:timeZone AS text) AS date) AS "validTo",
  round(
    COALESCE(
      item.fixed_price,
      template.list_price + COALESCE(
        (
          SELECT sum(chosen.price_extra)
          FROM product_variant_combination combination
          JOIN product_template_attribute_value chosen
            ON chosen.id = combination.product_template_attribute_value_id
          WHERE combination.product_product_id = product.id
        ),
        0
      )
    ),
    6
  ) AS price
FROM product_product product
JOIN product_template template ON template.id = product.product_tmpl_id
JOIN res_company company ON company.id = CAST(:companyId AS integer)
JOIN res_currency company_currency ON company_currency.id = company.currency_id
LEFT JOIN product_pricelist_item item
  ON item.pricelist_id = CAST(:priceListId AS integer)
  AND item.compute_price = 'fixed'
  AND COALESCE(item.min_quantity, 0) <= 1
  AND (
    (item.applied_on = '0_product_variant' AND item.product_id = product.id)
    OR (
      item.applied_on = '1_product'
      AND item.product_tmpl_id = template.id
      AND NOT EXISTS (
        SELECT 1
        FROM product_pricelist_item closer
        WHERE closer.pricelist_id = item.pricelist_id
          AND closer.compute_price = 'fixed'
          AND COALESCE(closer.min_quantity, 0) <= 1
          AND closer.applied_on = '0_product_variant'
          AND closer.product_id = product.id
      )
    )
  )
LEFT JOIN product_pricelist list ON list.id = item.pricelist_id
LEFT JOIN res_currency list_currency ON list_currency.id = list.currency_id
WHERE product.active
  AND template.active
  AND template.sale_ok
  AND (template.company_id IS NULL OR template.company_id = company.id)
