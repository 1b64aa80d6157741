-- site: Warehouse (erpnext/stock/doctype/warehouse, 15): the leaves of the company's tree, which are what holds stock.
-- Not here: latitude, longitude.
SELECT
  warehouse.name AS id,
  warehouse.warehouse_name AS name
FROM `tabWarehouse` warehouse
WHERE warehouse.is_group = 0
  AND warehouse.company = :company
