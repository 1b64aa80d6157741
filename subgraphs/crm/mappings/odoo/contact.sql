-- contact: res.partner (base, 18.0): the people below a customer: children of type contact that are no
-- company. Archived people are gone. The number that is answered is the mobile one where there is one.
SELECT
  person.id AS id,
  person.commercial_partner_id AS "crmAccountId",
  person.name AS name,
  NULLIF(person.function, '') AS role,
  NULLIF(person.email, '') AS email,
  COALESCE(NULLIF(person.mobile, ''), NULLIF(person.phone, '')) AS phone
FROM res_partner person
WHERE person.active
  AND person.type = 'contact'
  AND NOT COALESCE(person.is_company, false)
  AND person.commercial_partner_id <> person.id
  AND person.name <> ''
  AND (person.company_id IS NULL OR person.company_id = CAST(:companyId AS integer))
  AND EXISTS (
    SELECT 1
    FROM res_partner head
    WHERE head.id = person.commercial_partner_id
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
