-- payment_allocation: Payment Ledger Entry (erpnext/accounts/doctype/payment_ledger_entry, 15) of a Payment Entry against a
-- Sales Invoice, without those that were taken back (delinked); a payment that settles several instalments of an invoice
-- has an entry for each, which are added up. In the invoice's currency: where the receivable account has another, by the
-- invoice's conversion_rate.
SELECT
  entry.voucher_no AS paymentId,
  entry.against_voucher_no AS invoiceNo,
  MAX(entry.posting_date) AS allocatedOn,
  ROUND(
    - SUM(
      entry.amount_in_account_currency
        / CASE WHEN invoice.party_account_currency = invoice.currency THEN 1 ELSE invoice.conversion_rate END
    ),
    4
  ) AS amount,
  invoice.currency AS currency
FROM `tabPayment Ledger Entry` entry
JOIN `tabSales Invoice` invoice ON invoice.name = entry.against_voucher_no
WHERE entry.voucher_type = 'Payment Entry'
  AND entry.against_voucher_type = 'Sales Invoice'
  AND entry.party_type = 'Customer'
  AND entry.delinked = 0
  AND entry.company = :company
GROUP BY entry.voucher_no, entry.against_voucher_no, invoice.currency
