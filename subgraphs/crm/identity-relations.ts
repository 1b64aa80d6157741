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
  instant,
  integer,
  isOneOf,
  nullable,
  oneOf,
  text,
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
/** The systems whose customer records are matched. */
export const recordSystems = ['CRM', 'ERP', 'FINANCE'] as const
export const candidateReasons = ['LIKELY', 'AMBIGUOUS', 'CONTRADICTING', 'DUPLICATE'] as const
export const decisionKinds = ['ACCEPT', 'REJECT', 'MERGE', 'SPLIT'] as const
export const findingKinds = [
  'UNMATCHED',
  'DOUBLY_MATCHED',
  'CONTRADICTING',
  'MISSING',
  'DISAGREEING',
] as const
export const comparedFields = [
  'TAX_NUMBER',
  'NAME',
  'ADDRESS',
  'TELEPHONE',
  'REFERENCE',
  'CURRENCY',
  'PAYMENT_TERMS',
  'PRICE_LIST',
  'REGION',
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
  identity_alias: {
    description: 'An Isthmus id that was merged into another one, and goes on to resolve.',
    columns: { oldId: id(), customerId: id(), since: date() },
    key: ['oldId'],
    indexes: [['customerId']],
    rules: {
      own_customers: isOneOf('customerId', 'customerId'),
      region_customers: 'ALL', // as above: the account decides
    },
  },
  // What follows is for whoever looks after the crosswalk: it has no rule, so partners see none of it.
  identity_candidate: {
    description: 'A record that may be the customer of an account, for somebody to decide.',
    columns: {
      /** Made from the record and the account: the same in every run. */
      id: id(),
      system: oneOf(recordSystems),
      value: id(),
      crmAccountId: id('Customer.crmAccountId'),
      reason: oneOf(candidateReasons),
      /** 0 to 1. */
      score: decimal(4, 3),
      /** Field → how alike it is, as JSON: `{"NAME":0.91}`. Never the values themselves. */
      evidence: text(),
      foundOn: date(),
    },
    key: ['id'],
    indexes: [['system', 'value'], ['score']],
  },
  identity_decision: {
    description: 'What somebody decided about the crosswalk; the latest one about a pair counts.',
    columns: {
      id: id(),
      kind: oneOf(decisionKinds),
      system: nullable(oneOf(recordSystems)),
      value: nullable(id()),
      crmAccountId: nullable(id('Customer.crmAccountId')),
      customerId: nullable(id()),
      /** The id that was merged away or made by a split. */
      otherCustomerId: nullable(id()),
      /** The links that changed their customer, as JSON: `[["ERP","200001"]]`. */
      moved: nullable(text()),
      decidedBy: text(),
      decidedAt: instant(),
      reason: nullable(text()),
    },
    key: ['id'],
    indexes: [['system', 'value'], ['customerId']],
  },
  identity_finding: {
    description:
      'What the last run found wrong. Ids and fields only: the values are asked for live.',
    columns: {
      id: id(),
      kind: oneOf(findingKinds),
      system: oneOf(recordSystems),
      value: id(),
      customerId: nullable(id()),
      /** The record that it is in contradiction or disagreement with. */
      otherSystem: nullable(oneOf(recordSystems)),
      otherValue: nullable(id()),
      field: nullable(oneOf(comparedFields)),
    },
    key: ['id'],
    indexes: [
      ['kind', 'id'],
      ['customerId', 'id'],
    ],
  },
  identity_summary: {
    description: 'How the records of one system stood when they were last matched.',
    columns: {
      system: oneOf(recordSystems),
      records: integer(),
      matched: integer(),
      unmatched: integer(),
      doublyMatched: integer(),
      contradicting: integer(),
      candidates: integer(),
      checkedAt: instant(),
    },
    key: ['system'],
  },
})
