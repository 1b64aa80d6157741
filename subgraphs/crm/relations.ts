/**
 * The relations of the CRM database: customer master, contacts, interactions, sales and service.
 * Ids of other systems are not here, they are in the crosswalk (identity-relations.ts), except where
 * the CRM itself notes one (the order of a case, the sku of a line).
 */
import {
  amount,
  belongsTo,
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
  quantity,
  rate,
  text,
  unitPrice,
} from '#shared/relations.ts'

export const channels = [
  'VISIT',
  'PHONE',
  'EMAIL',
  'WEB',
  'ONLINE_MALL',
  'MESSAGE',
  'FIELD_SERVICE',
] as const
export const customerKinds = ['TAX_CLIENT', 'END_USER', 'DISTRIBUTOR', 'PARTNER'] as const
export const customerStatuses = ['PROSPECT', 'ACTIVE', 'DORMANT', 'BLOCKED', 'CLOSED'] as const
export const addressKinds = ['BILL_TO', 'SHIP_TO', 'SITE'] as const
export const leadStatuses = ['NEW', 'QUALIFIED', 'DISQUALIFIED', 'CONVERTED'] as const
export const opportunityStages = [
  'PROSPECTING',
  'QUALIFIED',
  'PROPOSAL',
  'NEGOTIATION',
  'WON',
  'LOST',
] as const
export const quoteStatuses = [
  'DRAFT',
  'IN_APPROVAL',
  'SENT',
  'NEGOTIATION',
  'ACCEPTED',
  'REJECTED',
  'EXPIRED',
  'ORDERED',
] as const
export const approvalStates = ['NOT_REQUIRED', 'PENDING', 'APPROVED', 'REJECTED'] as const
export const campaignKinds = ['EMAIL', 'TRADE_FAIR', 'WEBINAR', 'ADVERTISING', 'REFERRAL'] as const
export const campaignStatuses = ['PLANNED', 'RUNNING', 'FINISHED', 'CANCELLED'] as const
export const caseKinds = ['QUESTION', 'COMPLAINT', 'INCIDENT', 'RETURN', 'WARRANTY'] as const
export const caseStatuses = [
  'NEW',
  'TRIAGED',
  'IN_PROGRESS',
  'WAITING_CUSTOMER',
  'DISPATCHED',
  'RESOLVED',
  'CLOSED',
  'REOPENED',
] as const
export const jobStatuses = ['PLANNED', 'DISPATCHED', 'ON_SITE', 'DONE', 'CANCELLED'] as const
export const rootCauses = [
  'SEAL_LEAK',
  'BEARING_WEAR',
  'CONTROLLER_FAULT',
  'WRONG_PART',
  'TRANSPORT_DAMAGE',
  'INSTALLATION',
  'DOCUMENTATION',
] as const
export const workItemStatuses = ['OPEN', 'CLAIMED', 'DONE', 'CANCELLED'] as const

const ofCustomer = {
  own_customers: isOneOf('crmAccountId', 'crmAccountId'),
  region_customers: belongsTo('customer', { crmAccountId: 'crmAccountId' }),
}
/** What belongs to another relation is seen with it, whatever the rule. */
const ofParent = (parent: string, on: Readonly<Record<string, string>>) => ({
  own_customers: belongsTo(parent, on),
  region_customers: belongsTo(parent, on),
})
const forAll = { own_customers: 'ALL' as const, region_customers: 'ALL' as const }

export const relations = defineRelations({
  segment: {
    description: 'The segments into which customers are divided.',
    entity: 'Segment',
    columns: { code: id(), name: text() },
    key: ['code'],
    rules: forAll,
  },
  customer: {
    description: 'The customer master: one row per account.',
    entity: 'Customer',
    columns: {
      crmAccountId: id(),
      name: text(),
      legalName: nullable(text()),
      taxRegistrationNo: nullable(text()),
      kind: nullable(oneOf(customerKinds)),
      segmentCode: nullable(id('Segment.code')),
      /** The sales region that looks after the account. */
      region: nullable(id()),
      status: nullable(oneOf(customerStatuses)),
      /** Login id of the account's owner. */
      ownerLoginId: nullable(id('Employee.loginId')),
      /** 0 to 100. */
      healthScore: nullable(decimal(5, 2)),
      createdOn: date(),
    },
    key: ['crmAccountId'],
    indexes: [
      ['name'],
      ['segmentCode', 'name'],
      ['region', 'name'],
      ['ownerLoginId', 'name'],
      ['createdOn'],
      ['healthScore'],
    ],
    rules: {
      own_customers: ofCustomer.own_customers,
      region_customers: isOneOf('region', 'region'),
    },
  },
  customer_address: {
    description: 'The addresses of a customer.',
    columns: {
      crmAccountId: id('Customer.crmAccountId'),
      addressNo: integer(),
      kind: oneOf(addressKinds),
      line1: text(),
      line2: nullable(text()),
      city: nullable(text()),
      region: nullable(text()),
      postalCode: nullable(text()),
      country: text(),
      latitude: nullable(decimal(9, 6)),
      longitude: nullable(decimal(9, 6)),
    },
    key: ['crmAccountId', 'addressNo'],
    rules: ofCustomer,
  },
  contact: {
    description: 'The people we know at a customer.',
    entity: 'Contact',
    columns: {
      id: id(),
      crmAccountId: id('Customer.crmAccountId'),
      name: text(),
      role: nullable(text()),
      email: nullable(text()),
      phone: nullable(text()),
    },
    key: ['id'],
    indexes: [['crmAccountId', 'name'], ['name']],
    rules: ofCustomer,
  },
  contact_consent: {
    description: 'By which channels a contact may be reached.',
    columns: {
      contactId: id('Contact.id'),
      channel: oneOf(channels),
      granted: boolean(),
      at: nullable(instant()),
    },
    key: ['contactId', 'channel'],
    rules: ofParent('contact', { contactId: 'id' }),
  },
  interaction: {
    description: 'Every visit, call, message or field service with a customer.',
    columns: {
      id: id(),
      crmAccountId: id('Customer.crmAccountId'),
      contactId: nullable(id('Contact.id')),
      loginId: nullable(id('Employee.loginId')),
      caseNo: nullable(id('Case.caseNo')),
      opportunityId: nullable(id('Opportunity.id')),
      campaignId: nullable(id('Campaign.id')),
      channel: oneOf(channels),
      subject: nullable(text()),
      at: instant(),
      occurredOn: date(),
      durationSeconds: nullable(integer()),
    },
    key: ['id'],
    indexes: [['crmAccountId', 'at'], ['caseNo', 'at'], ['loginId', 'at'], ['at'], ['occurredOn']],
    rules: ofCustomer,
  },
  lead: {
    description: 'Interest that is not yet an opportunity.',
    columns: {
      id: id(),
      name: text(),
      source: nullable(text()),
      campaignId: nullable(id('Campaign.id')),
      status: oneOf(leadStatuses),
      ownerLoginId: nullable(id('Employee.loginId')),
      /** The customer it became, with whom we spoke there; null until it is converted. */
      crmAccountId: nullable(id('Customer.crmAccountId')),
      contactId: nullable(id('Contact.id')),
      /** The opportunity it became. */
      opportunityId: nullable(id('Opportunity.id')),
      createdOn: date(),
    },
    key: ['id'],
    indexes: [
      ['createdOn'],
      ['campaignId', 'createdOn'],
      ['ownerLoginId', 'createdOn'],
      ['status', 'createdOn'],
    ],
  },
  opportunity: {
    description: 'A possible sale.',
    entity: 'Opportunity',
    columns: {
      id: id(),
      name: text(),
      crmAccountId: id('Customer.crmAccountId'),
      ownerLoginId: nullable(id('Employee.loginId')),
      stage: oneOf(opportunityStages),
      /** 0 to 1. */
      probability: nullable(rate()),
      amount: amount(),
      /** amount × probability, as the CRM keeps it. */
      weightedAmount: amount(),
      currency: text(),
      openedOn: date(),
      expectedCloseOn: date(),
      closedOn: nullable(date()),
      /** Days from opening to closing, null while open. */
      cycleDays: nullable(integer()),
      lostReason: nullable(text()),
    },
    key: ['id'],
    indexes: [
      ['crmAccountId', 'expectedCloseOn'],
      ['ownerLoginId', 'expectedCloseOn'],
      ['expectedCloseOn'],
      ['closedOn'],
      ['amount'],
      ['currency', 'amount'],
      ['stage', 'expectedCloseOn'],
    ],
    rules: ofCustomer,
  },
  opportunity_line: {
    description: 'What an opportunity is about.',
    columns: {
      opportunityId: id('Opportunity.id'),
      lineNo: integer(),
      sku: id('Product.sku'),
      quantity: quantity(),
      unit: text(),
      amount: amount(),
      currency: text(),
    },
    key: ['opportunityId', 'lineNo'],
    indexes: [['sku']],
    rules: ofParent('opportunity', { opportunityId: 'id' }),
  },
  opportunity_campaign: {
    description: 'The campaigns that touched an opportunity, in order.',
    columns: {
      opportunityId: id('Opportunity.id'),
      campaignId: id('Campaign.id'),
      /** 1 is the first touch. */
      touchNo: integer(),
      isFirst: boolean(),
      isLast: boolean(),
      touchedOn: date(),
    },
    key: ['opportunityId', 'campaignId'],
    indexes: [['campaignId']],
    rules: ofParent('opportunity', { opportunityId: 'id' }),
  },
  quote: {
    description: 'A quote document.',
    entity: 'Quote',
    columns: {
      quoteNo: id(),
      version: integer(),
      status: oneOf(quoteStatuses),
      quotedOn: date(),
      validUntil: nullable(date()),
      crmAccountId: id('Customer.crmAccountId'),
      opportunityId: nullable(id('Opportunity.id')),
      ownerLoginId: nullable(id('Employee.loginId')),
      total: amount(),
      currency: text(),
      /** Percent. */
      discountPct: nullable(rate()),
      approval: nullable(oneOf(approvalStates)),
    },
    key: ['quoteNo'],
    indexes: [
      ['crmAccountId', 'quotedOn'],
      ['ownerLoginId', 'quotedOn'],
      ['opportunityId', 'quotedOn'],
      ['quotedOn'],
      ['status', 'quotedOn'],
      ['total'],
      ['currency', 'total'],
    ],
    rules: ofCustomer,
  },
  quote_line: {
    description: 'A line of a quote.',
    columns: {
      quoteNo: id('Quote.quoteNo'),
      lineNo: integer(),
      sku: id('Product.sku'),
      configurationId: nullable(id('ProductConfiguration.id')),
      quantity: quantity(),
      unit: text(),
      netPrice: unitPrice(),
      net: amount(),
      currency: text(),
    },
    key: ['quoteNo', 'lineNo'],
    indexes: [['sku', 'quoteNo']],
    rules: ofParent('quote', { quoteNo: 'quoteNo' }),
  },
  sales_order_origin: {
    description: 'From which opportunity and quote an order came; the order itself is the ERP’s.',
    columns: {
      orderNo: id('SalesOrder.orderNo'),
      crmAccountId: id('Customer.crmAccountId'),
      opportunityId: nullable(id('Opportunity.id')),
      quoteNo: nullable(id('Quote.quoteNo')),
    },
    key: ['orderNo'],
    indexes: [['opportunityId']],
    rules: ofCustomer,
  },
  campaign: {
    description: 'A marketing campaign.',
    entity: 'Campaign',
    columns: {
      id: id(),
      /** The cost object under which finance books its spend. */
      costObjectCode: nullable(id()),
      name: text(),
      kind: nullable(oneOf(campaignKinds)),
      status: oneOf(campaignStatuses),
      budget: nullable(amount()),
      currency: nullable(text()),
      startsOn: nullable(date()),
      endsOn: nullable(date()),
    },
    key: ['id'],
    indexes: [['costObjectCode'], ['startsOn'], ['name']],
  },
  campaign_member: {
    description: 'Whom a campaign addressed, and who answered.',
    columns: {
      campaignId: id('Campaign.id'),
      contactId: id('Contact.id'),
      respondedOn: nullable(date()),
    },
    key: ['campaignId', 'contactId'],
  },
  service_case: {
    description: 'A question, complaint, incident, return or warranty case.',
    entity: 'Case',
    columns: {
      caseNo: id(),
      kind: oneOf(caseKinds),
      /** 1 is the most urgent. */
      priority: integer(),
      status: oneOf(caseStatuses),
      isOpen: boolean(),
      subject: text(),
      openedAt: instant(),
      openedOn: date(),
      resolvedAt: nullable(instant()),
      /** Hours from opening to resolution, null while open. */
      resolveHours: nullable(integer()),
      slaDueAt: nullable(instant()),
      slaBreached: boolean(),
      crmAccountId: id('Customer.crmAccountId'),
      contactId: nullable(id('Contact.id')),
      sku: nullable(id('Product.sku')),
      serialNo: nullable(id()),
      orderNo: nullable(id('SalesOrder.orderNo')),
      assigneeLoginId: nullable(id('Employee.loginId')),
      rootCause: nullable(oneOf(rootCauses)),
      /** 1 to 5, as the customer answered. */
      satisfaction: nullable(integer()),
    },
    key: ['caseNo'],
    indexes: [
      ['crmAccountId', 'openedOn'],
      ['orderNo'],
      ['sku', 'openedOn'],
      ['assigneeLoginId', 'openedOn'],
      ['openedOn'],
      ['isOpen', 'openedOn'],
      ['status', 'openedOn'],
      ['priority'],
    ],
    rules: ofCustomer,
  },
  field_service_job: {
    description: 'A visit of a technician for a case.',
    columns: {
      id: id(),
      caseNo: id('Case.caseNo'),
      technicianLoginId: nullable(id('Employee.loginId')),
      plannedAt: nullable(instant()),
      plannedOn: nullable(date()),
      latitude: nullable(decimal(9, 6)),
      longitude: nullable(decimal(9, 6)),
      status: oneOf(jobStatuses),
      travelKm: nullable(decimal(9, 1)),
      /** The part the job needs. */
      partSku: nullable(id('Product.sku')),
      /** The certification a technician needs for it. */
      requiredSkill: nullable(id()),
    },
    key: ['id'],
    indexes: [
      ['caseNo'],
      ['plannedOn'],
      ['technicianLoginId', 'plannedOn'],
      ['status', 'plannedOn'],
    ],
    rules: ofParent('service_case', { caseNo: 'caseNo' }),
  },
  task: {
    description: 'A task of a person in the CRM.',
    columns: {
      id: id(),
      loginId: id('Employee.loginId'),
      title: text(),
      dueAt: nullable(instant()),
      dueOn: nullable(date()),
      status: oneOf(workItemStatuses),
      crmAccountId: nullable(id('Customer.crmAccountId')),
      opportunityId: nullable(id('Opportunity.id')),
      caseNo: nullable(id('Case.caseNo')),
    },
    key: ['id'],
    indexes: [['loginId', 'dueOn'], ['status', 'dueOn'], ['dueOn']],
  },
  product_text: {
    description: 'The sales text of a product.',
    columns: { sku: id('Product.sku'), salesText: text() },
    key: ['sku'],
    rules: forAll,
  },
  marketing_asset: {
    description: 'Pictures, sheets and films of a product.',
    columns: {
      sku: id('Product.sku'),
      assetNo: integer(),
      url: text(),
      kind: oneOf(['IMAGE', 'DATA_SHEET', 'MANUAL', 'VIDEO']),
    },
    key: ['sku', 'assetNo'],
    rules: forAll,
  },
})
