-- customer_address: res.partner (base, 18.0): the customer's own address and those of its children that
-- are addresses rather than people (type invoice, delivery, other). A partner without street or country
-- has no address. Coordinates of 0, 0 were never looked up.
SELECT
  address.commercial_partner_id AS "crmAccountId",
  address.id AS "addressNo",
  address.type AS kind,
  address.street AS line1,
  NULLIF(address.street2, '') AS line2,
  NULLIF(address.city, '') AS city,
  state.name AS region,
  NULLIF(address.zip, '') AS "postalCode",
  country.code AS country,
  CASE
    WHEN address.partner_latitude <> 0 OR address.partner_longitude <> 0
    THEN round(CAST(address.partner_latitude AS numeric), 6)
  END AS latitude,
  CASE
    WHEN address.partner_latitude <> 0 OR address.partner_longitude <> 0
    THEN round(CAST(address.partner_longitude AS numeric), 6)
  END AS longitude
FROM res_partner address
JOIN res_country country ON country.id = address.country_id
LEFT JOIN res_country_state state ON state.id = address.state_id
WHERE address.active
  AND address.street <> ''
  AND (address.company_id IS NULL OR address.company_id = CAST(:companyId AS integer))
  AND (address.id = address.commercial_partner_id OR address.type IN ('invoice', 'delivery', 'other'))
  AND EXISTS (
    SELECT 1
    FROM res_partner head
    WHERE head.id = address.commercial_partner_id
      AND (
        head.customer_rank > 0
        OR EXISTS (
          SELECT 1
          FROM res_partner asked
          JOIN crm_lead sought ON sought.partner_id = asked.id
          WHERE asked.commercial_partner_id = head.id
        )
        OR EXISTS (
          SELECT 1
          FROM res_partner bought
          JOIN sale_order ordered ON ordered.partner_id = bought.id
          WHERE bought.commercial_partner_id = head.id
        )
      )
  )
