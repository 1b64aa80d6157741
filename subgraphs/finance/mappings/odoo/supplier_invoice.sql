-- supplier_invoice: account.move of the types in_invoice, in_refund and in_receipt (addons/account/models/
-- account_move.py, 18.0), posted; our number, not the supplier's (ref). Signs, due day and open amount as in
-- invoice.sql.
SELECT
  document.name AS "supplierInvoiceNo",
  document.commercial_partner_id AS "supplierNo",
  COALESCE(document.invoice_date, document.date) AS "issuedOn",
  COALESCE(
    (
      SELECT min(term.date_maturity)
      FROM account_move_line term
      WHERE term.move_id = document.id
        AND term.display_type = 'payment_term'
        AND term.amount_residual_currency <> 0
    ),
    document.invoice_date_due,
    document.invoice_date,
    document.date
  ) AS "dueOn",
  CASE WHEN document.move_type = 'in_refund' THEN - document.amount_total ELSE document.amount_total END AS gross,
  CASE WHEN document.move_type = 'in_refund' THEN - document.amount_residual ELSE document.amount_residual END
    AS "openAmount",
  currency.name AS currency
FROM account_move document
JOIN res_currency currency ON currency.id = document.currency_id
WHERE document.move_type IN ('in_invoice', 'in_refund', 'in_receipt')
  AND document.state = 'posted'
  AND document.name <> '/'
  AND document.commercial_partner_id IS NOT NULL
  AND document.company_id = CAST(:companyId AS integer)
