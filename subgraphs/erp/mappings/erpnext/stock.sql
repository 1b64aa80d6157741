-- stock: Bin (erpnext/stock/doctype/bin, 15), which ERPNext keeps from the Stock Ledger Entries. Reserved is what orders,
-- production, subcontractors and plans reserve. What is on its way lies in a warehouse of its own, so inTransit
-- is not here.
SELECT
  bin.item_code AS sku,
  bin.warehouse AS siteId,
  ROUND(bin.actual_qty, 3) AS onHand,
  ROUND(
    COALESCE(bin.reserved_qty, 0)
      + COALESCE(bin.reserved_qty_for_production, 0)
      + COALESCE(bin.reserved_qty_for_sub_contract, 0)
      + COALESCE(bin.reserved_qty_for_production_plan, 0),
    3
  ) AS reserved,
  bin.stock_uom AS unit
FROM `tabBin` bin
JOIN `tabWarehouse` warehouse ON warehouse.name = bin.warehouse
WHERE warehouse.company = :company
