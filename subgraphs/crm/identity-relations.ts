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
  nullable,
  oneOf,
  type RowRule,
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

/**
 * The links of the caller's customers, and those by which others claim the same numbers: without
 * them a number that is surely another customer's would look like the caller's own. The statements
 * start from accounts, so a claim of another customer decides but is never answered.
 */
const ownLinks: RowRule = (eb, parameters, relation) => {
  const among = (column: string, name: string) =>
    eb(`${relation}.${column}`, 'in', [...(parameters[name] ?? [])])
  const inSystem = (system: (typeof systems)[number]) => eb(`${relation}.system`, '=', system)
  return eb.or([
    among('customerId', 'customerId'),
    eb.and([inSystem('ERP'), among('value', 'erpCustomerNo')]),
    eb.and([inSystem('FINANCE'), among('value', 'debtorNo')]),
  ])
}

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
    rules: {
      own_customers: ownLinks,
      // The crosswalk knows no regions: every statement on it starts from or ends at an account, and
      // the CRM's own rule decides whether that is seen. All claims decide whose a number is.
      region_customers: 'ALL',
    },
  },
})
