-- bom: BOM (erpnext/manufacturing/doctype/bom, 15), submitted, active and default: ERPNext has no validity, and of several
-- active bills the default one is what is made. It is in force from the day it was entered.
SELECT
  bill.name AS id,
  bill.item AS sku,
  SUBSTRING_INDEX(bill.name, '-', -1) AS revision,
  CAST(bill.creation AS date) AS validFrom,
  CAST(NULL AS date) AS validTo
FROM `tabBOM` bill
WHERE bill.docstatus = 1
  AND bill.is_active = 1
  AND bill.is_default = 1
  AND bill.company = :company
