-- supplier: Supplier (erpnext/buying/doctype/supplier, 15). Disabled ones stay: orders name them. Not here: leadTimeDays,
-- which ERPNext keeps by item.
SELECT
  supplier.name AS supplierNo,
  supplier.supplier_name AS name
FROM `tabSupplier` supplier
