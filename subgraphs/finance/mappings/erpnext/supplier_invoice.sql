-- supplier_invoice: Purchase Invoice (erpnext/accounts/doctype/purchase_invoice, 15), submitted ones only; our name, not the
-- supplier's number (bill_no). A return is negative already. Open and due as in
-- invoice.sql: what we owe is positive in the Payment Ledger too.
SELECT
  invoice.name AS supplierInvoiceNo,
  invoice.supplier AS supplierNo,
  invoice.posting_date AS issuedOn,
  COALESCE(
    (
      SELECT MIN(instalment.due_date)
      FROM `tabPayment Schedule` instalment
      WHERE instalment.parent = invoice.name AND instalment.parenttype = 'Purchase Invoice' AND instalment.outstanding > 0
    ),
    invoice.due_date,
    invoice.posting_date
  ) AS dueOn,
  ROUND(COALESCE(NULLIF(invoice.rounded_total, 0), invoice.grand_total), 4) AS gross,
  COALESCE(
    (
      SELECT
        ROUND(
          SUM(entry.amount_in_account_currency)
            / CASE WHEN invoice.party_account_currency = invoice.currency THEN 1 ELSE invoice.conversion_rate END,
          4
        )
      FROM `tabPayment Ledger Entry` entry
      WHERE entry.against_voucher_type = 'Purchase Invoice'
        AND entry.against_voucher_no = invoice.name
        AND entry.party_type = 'Supplier'
        AND entry.delinked = 0
    ),
    0
  ) AS openAmount,
  invoice.currency AS currency
FROM `tabPurchase Invoice` invoice
WHERE invoice.docstatus = 1
  AND invoice.company = :company
