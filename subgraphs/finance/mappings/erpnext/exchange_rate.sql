-- exchange_rate: Currency Exchange (erpnext/setup/doctype/currency_exchange, 15), the rates for selling: there may be others
-- for buying on the same day.
SELECT
  fixed.from_currency AS fromCurrency,
  fixed.to_currency AS toCurrency,
  'SPOT' AS kind,
  fixed.date AS validFrom,
  ROUND(fixed.exchange_rate, 6) AS rate
FROM `tabCurrency Exchange` fixed
WHERE fixed.for_selling = 1
