-- bank_transaction: Bank Transaction (erpnext/accounts/doctype/bank_transaction, 15), submitted ones only; money that goes out
-- is negative. The account is its number, else its name.
SELECT
  booking.name AS id,
  COALESCE(NULLIF(account.iban, ''), NULLIF(account.bank_account_no, ''), booking.bank_account) AS account,
  booking.date AS bookedOn,
  ROUND(COALESCE(booking.deposit, 0) - COALESCE(booking.withdrawal, 0), 4) AS amount,
  booking.currency AS currency,
  COALESCE(NULLIF(booking.bank_party_name, ''), NULLIF(booking.party, '')) AS counterparty,
  COALESCE(NULLIF(booking.reference_number, ''), NULLIF(booking.description, '')) AS reference,
  CASE WHEN booking.unallocated_amount = 0 THEN 1 ELSE 0 END AS matched
FROM `tabBank Transaction` booking
LEFT JOIN `tabBank Account` account ON account.name = booking.bank_account
WHERE booking.docstatus = 1
  AND booking.company = :company
