import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'

/** Writes the file of a partner of one customer into a policy folder, with what else it is to have. */
export function writePartner(policy: string, name: string, more: object): void {
  writeFileSync(
    join(policy, `partners/${name}.yaml`),
    stringify({
      subject: `partner:${name}`,
      audience: 'DISTRIBUTOR',
      rows: 'own_customers',
      parameters: { crmAccountId: ['A000001'] },
      ...more,
    }),
  )
}
