-- payment_allocation: account.partial.reconcile (addons/account/models/account_partial_reconcile.py, 18.0) between
-- an invoice's receivable lines and a payment's (see payment.sql). An invoice in instalments has a line for
-- each due date, so what one payment settles of it is added up. In the document's currency; what is paid back
-- on a credit note is negative. What credit notes net of invoices is no payment and not here.
SELECT
  paid.id AS "paymentId",
  document.name AS "invoiceNo",
  max(part.max_date) AS "allocatedOn",
  sum(
    CASE WHEN owed.id = part.debit_move_id THEN part.debit_amount_currency ELSE - part.credit_amount_currency END
  ) AS amount,
  currency.name AS currency
FROM account_partial_reconcile part
JOIN account_move_line owed ON owed.id IN (part.debit_move_id, part.credit_move_id)
JOIN account_move_line paid
  ON paid.id = CASE WHEN owed.id = part.debit_move_id THEN part.credit_move_id ELSE part.debit_move_id END
JOIN account_account account ON account.id = paid.account_id
JOIN account_move document ON document.id = owed.move_id
JOIN res_currency currency ON currency.id = owed.currency_id
WHERE document.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
  AND document.state = 'posted'
  AND account.account_type = 'asset_receivable'
  AND (paid.payment_id IS NOT NULL OR paid.statement_line_id IS NOT NULL)
  AND paid.parent_state = 'posted'
  AND document.company_id = CAST(:companyId AS integer)
GROUP BY paid.id, document.name, currency.name
