-- payment: Payment Entry (erpnext/accounts/doctype/payment_entry, 15) of customers, submitted ones only, in the currency of
-- the receivable account: that is the account paid from when money comes, and the one paid to when it goes back,
-- which is negative. Journal entries against a customer are not here. Not here: bankTransactionId.
SELECT
  payment.name AS id,
  payment.party AS debtorNo,
  payment.posting_date AS receivedOn,
  ROUND(
    CASE WHEN payment.payment_type = 'Pay' THEN - payment.received_amount ELSE payment.paid_amount END,
    4
  ) AS amount,
  CASE
    WHEN payment.payment_type = 'Pay' THEN payment.paid_to_account_currency
    ELSE payment.paid_from_account_currency
  END AS currency
FROM `tabPayment Entry` payment
WHERE payment.docstatus = 1
  AND payment.party_type = 'Customer'
  AND payment.payment_type IN ('Receive', 'Pay')
  AND payment.company = :company
