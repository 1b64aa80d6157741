/**
 * The crosswalk: which ids in other systems are the same customer. It is Isthmus's own, never a
 * table of the CRM database, and is never joined with CRM relations in SQL. Ids only.
 */
import {
  boolean,
  date,
  decimal,
  defineRelations,
  id,
  isOneOf,
  nullable,
  oneOf,
} from '#shared/relations.ts'

export const systems = [
  'CRM',
  'ERP',
  'HR',
  'FINANCE',
  'MALL',
  'CALL_CENTRE',
  'GIS',
  'LOGISTICS',
  'BANK',
] as const
export const matchMethods = ['MANUAL', 'EXACT_TAX_NO', 'RULE', 'IMPORT'] as const

export const identityRelations = defineRelations({
  identity_link: {
    description: 'One id of one system that belongs to an Isthmus customer id.',
    columns: {
      /** The Isthmus id, `Customer.id`. */
      customerId: id(),
      system: oneOf(systems),
      value: id(),
      /** The one that stands for the customer where a system has several. */
      isPrimary: boolean(),
      validFrom: nullable(date()),
      matchedBy: nullable(oneOf(matchMethods)),
      /** 0 to 1. */
      confidence: nullable(decimal(4, 3)),
    },
    key: ['customerId', 'system', 'value'],
    indexes: [['system', 'value']],
    rules: { own_customers: isOneOf('customerId', 'customerId') },
  },
})
