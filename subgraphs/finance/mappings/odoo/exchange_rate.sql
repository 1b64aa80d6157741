-- exchange_rate: res.currency.rate (addons/base/models/res_currency.py, 18.0): units of the currency for one of the
-- company's, of the company itself before everybody's. Both directions are answered; the inverse one is
-- rounded to six places.
SELECT
  CASE WHEN direction.forward THEN base.name ELSE other.name END AS "fromCurrency",
  CASE WHEN direction.forward THEN other.name ELSE base.name END AS "toCurrency",
  'SPOT' AS kind,
  fixed.name AS "validFrom",
  round(CASE WHEN direction.forward THEN fixed.rate ELSE 1 / fixed.rate END, 6) AS rate
FROM res_currency_rate fixed
JOIN res_company company ON company.id = CAST(:companyId AS integer)
JOIN res_currency base ON base.id = company.currency_id
JOIN res_currency other ON other.id = fixed.currency_id AND other.id <> base.id
CROSS JOIN (VALUES (true), (false)) direction (forward)
WHERE fixed.rate > 0
  AND (
    fixed.company_id = company.id
    OR (
      fixed.company_id IS NULL
      AND NOT EXISTS (
        SELECT 1
        FROM res_currency_rate own
        WHERE own.currency_id = fixed.currency_id
          AND own.name = fixed.name
          AND own.company_id = company.id
      )
    )
  )
