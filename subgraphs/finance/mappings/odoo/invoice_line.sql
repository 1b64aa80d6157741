-- invoice_line: account.move.line of display_type "product" (addons/account/models/account_move_line.py;
-- sale_order_line_invoice_rel in addons/sale; cogs_origin_id in addons/stock_account), 18.0; taxes, due dates,
-- headings and notes are other lines of the same table. Quantities and amounts of a credit note become
-- negative, in the product's own unit. The cost of goods sold is what Odoo posted for the line (display_type
-- "cogs", on expense accounts) where the document is in the company's currency; else it is unknown.
SELECT
  document.name AS "invoiceNo",
  line.id AS "lineNo",
  (
    SELECT min(sale.name)
    FROM sale_order_line_invoice_rel billed
    JOIN sale_order_line sold ON sold.id = billed.order_line_id
    JOIN sale_order sale ON sale.id = sold.order_id
    WHERE billed.invoice_line_id = line.id
  ) AS "orderNo",
  line.product_id AS sku,
  round(
    (CASE WHEN document.move_type = 'out_refund' THEN -1 ELSE 1 END)
      * line.quantity * COALESCE(unit.factor, 1) / COALESCE(line_unit.factor, unit.factor, 1),
    3
  ) AS quantity,
  COALESCE(
    unit.name ->> CAST(:language AS text),
    unit.name ->> 'en_US',
    line_unit.name ->> CAST(:language AS text),
    line_unit.name ->> 'en_US',
    ''
  ) AS unit,
  CASE WHEN document.move_type = 'out_refund' THEN - line.price_subtotal ELSE line.price_subtotal END AS net,
  CASE
    WHEN document.currency_id = company.currency_id
    THEN (
      SELECT sum(cost.balance)
      FROM account_move_line cost
      JOIN account_account account ON account.id = cost.account_id
      WHERE cost.cogs_origin_id = line.id
        AND cost.display_type = 'cogs'
        AND account.account_type LIKE 'expense%'
    )
  END AS cogs,
  currency.name AS currency
FROM account_move_line line
JOIN account_move document ON document.id = line.move_id
JOIN res_company company ON company.id = document.company_id
JOIN res_currency currency ON currency.id = document.currency_id
LEFT JOIN product_product product ON product.id = line.product_id
LEFT JOIN product_template template ON template.id = product.product_tmpl_id
LEFT JOIN uom_uom unit ON unit.id = template.uom_id
LEFT JOIN uom_uom line_unit ON line_unit.id = line.product_uom_id
WHERE line.display_type = 'product'
  AND document.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
  AND document.state = 'posted'
  AND document.name <> '/'
  AND document.company_id = CAST(:companyId AS integer)
