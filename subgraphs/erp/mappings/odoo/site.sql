-- site: stock.warehouse (addons/stock/models/stock_warehouse.py, 18.0), where its address is.
SELECT
  warehouse.id AS id,
  warehouse.name AS name,
  CASE
    WHEN address.partner_latitude <> 0 OR address.partner_longitude <> 0
    THEN round(CAST(address.partner_latitude AS numeric), 6)
  END AS latitude,
  CASE
    WHEN address.partner_latitude <> 0 OR address.partner_longitude <> 0
    THEN round(CAST(address.partner_longitude AS numeric), 6)
  END AS longitude
FROM stock_warehouse warehouse
LEFT JOIN res_partner address ON address.id = warehouse.partner_id
WHERE warehouse.company_id = CAST(:companyId AS integer)
