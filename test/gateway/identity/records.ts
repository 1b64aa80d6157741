/** Customer records for tests of matching: a name and what else matters. */
import { prepared, type PreparedRecord } from '../../../gateway/identity/prepare.ts'
import type { CustomerRecord, RecordSystem } from '../../../gateway/identity/records.ts'
import type { Rules } from '../../../gateway/identity/rules.ts'
import type { Link } from '../../../gateway/identity/links.ts'

/** The rules as they come with Isthmus. */
export const rules: Rules = {
  weights: { name: 0.6, address: 0.25, telephone: 0.15, reference: 0.4 },
  comparedWeight: 0.6,
  accept: 0.92,
  candidate: 0.75,
  margin: 0.05,
  nameAtLeast: 0.4,
  several: new Set(['ERP']),
  legalForms: new Set(),
}

export const record = (
  system: RecordSystem,
  value: string,
  name: string,
  more: Partial<Omit<CustomerRecord, 'system' | 'value' | 'names'>> = {},
): PreparedRecord =>
  prepared(
    {
      system,
      value,
      names: [name],
      taxNumber: null,
      addresses: [],
      telephones: [],
      references: [],
      values: {},
      ...more,
    },
    rules.legalForms,
  )

export const link = (
  customerId: string,
  system: string,
  value: string,
  more: Partial<Link> = {},
): Link => ({
  customerId,
  system,
  value,
  isPrimary: true,
  matchedBy: 'RULE',
  confidence: 1,
  ...more,
})
