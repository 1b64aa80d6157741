-- sales_order: sale.order (addons/sale/models/sale_order.py; procurement_group_id in addons/sale_stock), 18.0.
-- Quotations (draft, sent) are no orders; of the cancelled ones those that had been confirmed, which a
-- procurement group tells. State "sale" says nothing of delivery: that comes from the lines, the billing from
-- invoice_status. The lines are asked by bool_or, which goes from order to order by the index, where EXISTS
-- would make PostgreSQL hash all lines for one page. Cost is the standard cost of today in the order's
-- currency (currency_rate), null when a product has none. Salesperson: the user's employee in the company.
-- Not here: channel, requestedOn, version.
SELECT
  sale.name AS "orderNo",
  customer.commercial_partner_id AS "erpCustomerNo",
  CASE
    WHEN sale.state = 'cancel' THEN 'CANCELLED'
    WHEN NOT COALESCE(
      (
        SELECT bool_or(line.qty_delivered < line.product_uom_qty)
        FROM sale_order_line line
        WHERE line.order_id = sale.id AND line.display_type IS NULL
      ),
      false
    ) THEN CASE WHEN sale.invoice_status = 'invoiced' THEN 'INVOICED' ELSE 'SHIPPED' END
    WHEN COALESCE(
      (
        SELECT bool_or(line.qty_delivered > 0)
        FROM sale_order_line line
        WHERE line.order_id = sale.id AND line.display_type IS NULL
      ),
      false
    ) THEN 'PARTIALLY_SHIPPED'
    ELSE 'CONFIRMED'
  END AS status,
  sale.state = 'sale' AND COALESCE(
    (
      SELECT bool_or(line.qty_delivered < line.product_uom_qty)
      FROM sale_order_line line
      WHERE line.order_id = sale.id AND line.display_type IS NULL
    ),
    false
  ) AS "isOpen",
  sale.date_order AS "orderedAt",
  CAST(sale.date_order AT TIME ZONE 'UTC' AT TIME ZONE CAST(:timeZone AS text) AS date) AS "orderedOn",
  CAST(sale.commitment_date AT TIME ZONE 'UTC' AT TIME ZONE CAST(:timeZone AS text) AS date) AS "promisedOn",
  seller.id AS "salespersonNo",
  sale.amount_untaxed AS net,
  COALESCE(
    (
      SELECT sum(round(line.price_subtotal * line.qty_delivered / NULLIF(line.product_uom_qty, 0), 2))
      FROM sale_order_line line
      WHERE line.order_id = sale.id AND line.display_type IS NULL
    ),
    0
  ) AS "shippedNet",
  (
    SELECT CASE WHEN count(*) = count(cost.unit_cost) THEN round(sum(cost.quantity * cost.unit_cost) * sale.currency_rate, 2) END
    FROM (
      SELECT
        line.product_uom_qty * unit.factor / line_unit.factor AS quantity,
        NULLIF(CAST(product.standard_price ->> CAST(sale.company_id AS text) AS numeric), 0) AS unit_cost
      FROM sale_order_line line
      JOIN product_product product ON product.id = line.product_id
      JOIN product_template template ON template.id = product.product_tmpl_id
      JOIN uom_uom unit ON unit.id = template.uom_id
      JOIN uom_uom line_unit ON line_unit.id = line.product_uom
      WHERE line.order_id = sale.id AND line.display_type IS NULL
    ) cost
  ) AS cost,
  currency.name AS currency
FROM sale_order sale
JOIN res_partner customer ON customer.id = sale.partner_id
LEFT JOIN res_currency currency ON currency.id = sale.currency_id
LEFT JOIN hr_employee seller ON seller.user_id = sale.user_id AND seller.company_id = sale.company_id
WHERE (sale.state = 'sale' OR (sale.state = 'cancel' AND sale.procurement_group_id IS NOT NULL))
  AND sale.company_id = CAST(:companyId AS integer)
