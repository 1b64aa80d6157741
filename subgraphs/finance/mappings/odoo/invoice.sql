-- invoice: account.move of the types out_invoice, out_refund and out_receipt (addons/account/models/
-- account_move.py, 18.0), posted ones only: drafts have no number yet and cancelled ones count for nothing.
-- Odoo keeps the amounts of a credit note positive, so the sign is put here. What is open is Odoo's own
-- amount_residual, in the document's currency. An invoice in instalments is due where the earliest line
-- that is still open is due (account.move.line.date_maturity). Not here: taxInvoiceNo, caseNo, dunningLevel.
SELECT
  document.name AS "invoiceNo",
  document.move_type AS kind,
  document.payment_state AS status,
  document.commercial_partner_id AS "debtorNo",
  document.invoice_date AS "issuedOn",
  COALESCE(
    (
      SELECT min(term.date_maturity)
      FROM account_move_line term
      WHERE term.move_id = document.id
        AND term.display_type = 'payment_term'
        AND term.amount_residual_currency <> 0
    ),
    document.invoice_date_due,
    document.invoice_date
  ) AS "dueOn",
  CASE WHEN document.move_type = 'out_refund' THEN - document.amount_untaxed ELSE document.amount_untaxed END AS net,
  CASE WHEN document.move_type = 'out_refund' THEN - document.amount_tax ELSE document.amount_tax END AS tax,
  CASE WHEN document.move_type = 'out_refund' THEN - document.amount_total ELSE document.amount_total END AS gross,
  CASE WHEN document.move_type = 'out_refund' THEN - document.amount_residual ELSE document.amount_residual END
    AS "openAmount",
  currency.name AS currency
FROM account_move document
JOIN res_currency currency ON currency.id = document.currency_id
WHERE document.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
  AND document.state = 'posted'
  AND document.name <> '/'
  AND document.company_id = CAST(:companyId AS integer)
