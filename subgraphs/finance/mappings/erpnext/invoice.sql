-- invoice: Sales Invoice (erpnext/accounts/doctype/sales_invoice, 15), drafts and submitted ones; cancelled ones (docstatus 2)
-- count for nothing. A return is negative already (is_return). What is due is the rounded total where rounding is on.
-- What is open comes from the Payment Ledger (erpnext/accounts/doctype/payment_ledger_entry), without entries that were
-- taken back (delinked); it is in the currency of the receivable account, so it is divided by conversion_rate where the
-- invoice has another. In instalments it is due where the earliest open one is (Payment Schedule).
-- Not here: taxInvoiceNo, caseNo, dunningLevel.
SELECT
  invoice.name AS invoiceNo,
  CASE WHEN invoice.is_return = 1 THEN 'CREDIT_NOTE' ELSE 'INVOICE' END AS kind,
  invoice.status AS status,
  invoice.customer AS debtorNo,
  invoice.posting_date AS issuedOn,
  COALESCE(
    (
      SELECT MIN(instalment.due_date)
      FROM `tabPayment Schedule` instalment
      WHERE instalment.parent = invoice.name AND instalment.parenttype = 'Sales Invoice' AND instalment.outstanding > 0
    ),
    invoice.due_date,
    invoice.posting_date
  ) AS dueOn,
  ROUND(invoice.net_total, 4) AS net,
  ROUND(invoice.total_taxes_and_charges, 4) AS tax,
  ROUND(COALESCE(NULLIF(invoice.rounded_total, 0), invoice.grand_total), 4) AS gross,
  CASE
    WHEN invoice.docstatus = 0 THEN ROUND(COALESCE(NULLIF(invoice.rounded_total, 0), invoice.grand_total), 4)
    ELSE COALESCE(
      (
        SELECT
          ROUND(
            SUM(entry.amount_in_account_currency)
              / CASE WHEN invoice.party_account_currency = invoice.currency THEN 1 ELSE invoice.conversion_rate END,
            4
          )
        FROM `tabPayment Ledger Entry` entry
        WHERE entry.against_voucher_type = 'Sales Invoice'
          AND entry.against_voucher_no = invoice.name
          AND entry.party_type = 'Customer'
          AND entry.delinked = 0
      ),
      0
    )
  END AS openAmount,
  invoice.currency AS currency
FROM `tabSales Invoice` invoice
WHERE invoice.docstatus IN (0, 1)
  AND invoice.company = :company
