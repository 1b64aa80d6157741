/**
 * A small CRM for its tests: seven accounts, and a crosswalk with every kind of doubt in it.
 * C1 and C2 claim ERP 100, C3 and C4 claim ERP 300 equally, C2 and C3 claim D2; C5 has two accounts;
 * C6 claims the account of C1; C8 has no account; A7 is in no crosswalk.
 */
import type { OwnAddress } from '#shared/own/address.ts'
import { openOwnDatabase } from '#shared/own/writing.ts'
import { identityRelations } from '../../../subgraphs/crm/identity-relations.ts'
import { subgraph } from '../../../subgraphs/crm/subgraph.ts'
import {
  fixtureOverOwn,
  subgraphFixture,
  type SubgraphFixture,
} from '../../support/subgraph-fixture.ts'

const link = (
  customerId: string,
  system: string,
  value: string,
  confidence: string | null = '1',
  isPrimary = true,
) => ({ customerId, system, value, isPrimary, confidence, matchedBy: 'RULE' })

const identity = {
  identity_link: [
    link('C1', 'CRM', 'A1'),
    link('C1', 'ERP', '101', '0.999', false),
    link('C1', 'ERP', '100'),
    link('C1', 'FINANCE', 'D1'),
    link('C1', 'MALL', 'M1'),
    link('C2', 'CRM', 'A2'),
    link('C2', 'ERP', '100', '0.6'),
    link('C2', 'ERP', '200', '1', false),
    link('C2', 'FINANCE', 'D2', '0.9'),
    link('C3', 'CRM', 'A3'),
    link('C3', 'ERP', '300', '0.8'),
    link('C3', 'FINANCE', 'D2', null),
    link('C4', 'CRM', 'A4'),
    link('C4', 'ERP', '300', '0.8'),
    link('C4', 'ERP', '800', '0.5', false),
    link('C5', 'CRM', 'A5', '1', false),
    link('C5', 'CRM', 'A6'),
    link('C5', 'ERP', '500'),
    link('C6', 'CRM', 'A1', '0.5'),
    link('C6', 'ERP', '600'),
    link('C8', 'ERP', '800'),
  ],
  identity_alias: [{ oldId: 'C0', customerId: 'C1', since: '2026-01-01' }],
  identity_candidate: [
    {
      id: 'K1',
      system: 'ERP',
      value: '900',
      crmAccountId: 'A7',
      reason: 'LIKELY',
      score: '0.8',
      evidence: '{"NAME":0.8}',
      foundOn: '2026-06-01',
    },
    {
      id: 'K2',
      system: 'ERP',
      value: '901',
      crmAccountId: 'A7',
      reason: 'AMBIGUOUS',
      score: '0.95',
      evidence: '{"NAME":1,"ADDRESS":0.75}',
      foundOn: '2026-06-02',
    },
  ],
  identity_finding: [
    { id: 'UNMATCHED:ERP:900', kind: 'UNMATCHED', system: 'ERP', value: '900' },
    {
      id: 'DISAGREEING:ERP:100:CURRENCY:C1:FINANCE D1',
      kind: 'DISAGREEING',
      system: 'ERP',
      value: '100',
      customerId: 'C1',
      otherSystem: 'FINANCE',
      otherValue: 'D1',
      field: 'CURRENCY',
    },
  ],
  identity_summary: [
    {
      system: 'ERP',
      records: 12,
      matched: 9,
      unmatched: 3,
      doublyMatched: 2,
      contradicting: 1,
      candidates: 2,
      checkedAt: '2026-06-30T01:02:03Z',
    },
  ],
}

const customer = (at: number, more: object = {}) => ({
  crmAccountId: `A${at}`,
  name: `Customer ${at}`,
  kind: 'TAX_CLIENT',
  status: 'ACTIVE',
  segmentCode: at % 2 === 1 ? 'KEY' : 'SME',
  ownerLoginId: 'bo',
  createdOn: `2024-0${at}-01`,
  ...more,
})

const deal = (id: string, crmAccountId: string, stage: string, amount: string, more = {}) => ({
  id,
  name: `Deal ${id}`,
  crmAccountId,
  ownerLoginId: 'bo',
  stage,
  amount,
  weightedAmount: '0',
  currency: 'TWD',
  openedOn: '2026-01-01',
  expectedCloseOn: '2026-07-15',
  ...more,
})

const dealLine = (opportunityId: string, lineNo: number, sku: string, quantity: string) => ({
  opportunityId,
  lineNo,
  sku,
  quantity,
  unit: 'PCS',
  amount: '100',
  currency: 'TWD',
})

const touch = (opportunityId: string, campaignId: string, touchNo: number, of: number) => ({
  opportunityId,
  campaignId,
  touchNo,
  isFirst: touchNo === 1,
  isLast: touchNo === of,
  touchedOn: `2026-01-0${touchNo}`,
})

const quote = (quoteNo: string, crmAccountId: string, total: string, more = {}) => ({
  quoteNo,
  version: 1,
  status: 'SENT',
  quotedOn: '2026-05-01',
  crmAccountId,
  ownerLoginId: 'bo',
  total,
  currency: 'TWD',
  ...more,
})

const serviceCase = (caseNo: string, crmAccountId: string, kind: string, more = {}) => ({
  caseNo,
  kind,
  priority: 3,
  status: 'IN_PROGRESS',
  isOpen: true,
  subject: `Case ${caseNo}`,
  openedAt: '2026-06-01T01:00:00Z',
  openedOn: '2026-06-01',
  slaBreached: false,
  crmAccountId,
  sku: 'PUMP',
  ...more,
})

const resolved = (resolveHours: number, satisfaction: number | null = null) => ({
  status: 'RESOLVED',
  isOpen: false,
  resolvedAt: '2026-06-09T00:00:00Z',
  resolveHours,
  satisfaction,
})

const talk = (id: string, crmAccountId: string, day: string, channel: string, more = {}) => ({
  id,
  crmAccountId,
  channel,
  at: `${day}T02:00:00Z`,
  occurredOn: day,
  ...more,
})

const crm = {
  segment: [
    { code: 'KEY', name: 'Key accounts' },
    { code: 'SME', name: 'Small business' },
  ],
  customer: [
    customer(1, { healthScore: '80', taxRegistrationNo: '12345678' }),
    customer(2, { status: 'DORMANT', ownerLoginId: 'cy' }),
    customer(3, { name: 'Customer Three' }),
    ...[4, 5, 6, 7].map((at) => customer(at)),
  ],
  customer_address: [
    {
      crmAccountId: 'A1',
      addressNo: 1,
      kind: 'SITE',
      line1: '1 Minsheng Road',
      country: 'TW',
      latitude: '25.05',
      longitude: '121.5',
    },
  ],
  contact: [
    { id: 'K1', crmAccountId: 'A1', name: 'Ann' },
    { id: 'K2', crmAccountId: 'A1', name: 'Ben' },
    { id: 'K3', crmAccountId: 'A1', name: 'Cam' },
    { id: 'K4', crmAccountId: 'A2', name: 'Dee' },
    { id: 'K5', crmAccountId: 'A5', name: 'Eve' },
    { id: 'K6', crmAccountId: 'A6', name: 'Fay' },
  ],
  contact_consent: [{ contactId: 'K1', channel: 'EMAIL', granted: true }],
  interaction: [
    talk('I1', 'A1', '2026-06-01', 'VISIT', { loginId: 'bo', contactId: 'K1' }),
    talk('I2', 'A1', '2026-06-02', 'PHONE', { caseNo: 'S1' }),
    talk('I3', 'A1', '2026-06-03', 'EMAIL', { caseNo: 'S1', campaignId: 'FAIR' }),
    talk('I4', 'A2', '2026-06-04', 'PHONE', { loginId: 'cy' }),
  ],
  lead: [
    {
      id: 'L1',
      name: 'Lead',
      status: 'CONVERTED',
      createdOn: '2026-01-01',
      crmAccountId: 'A1',
      contactId: 'K1',
      opportunityId: 'O1',
      campaignId: 'FAIR',
    },
  ],
  opportunity: [
    deal('O1', 'A1', 'PROPOSAL', '1000.5', { weightedAmount: '500.25' }),
    deal('O2', 'A1', 'NEGOTIATION', '200', {
      weightedAmount: '160',
      expectedCloseOn: '2026-08-01',
    }),
    deal('O3', 'A1', 'WON', '300', { closedOn: '2026-05-01', cycleDays: 10 }),
    deal('O4', 'A1', 'WON', '400', { closedOn: '2026-05-02', cycleDays: 20 }),
    deal('O5', 'A1', 'LOST', '50', { closedOn: '2026-05-03', cycleDays: 30 }),
    deal('O6', 'A1', 'QUALIFIED', '70', { currency: 'USD', weightedAmount: '7' }),
    deal('O7', 'A2', 'PROPOSAL', '900', { ownerLoginId: 'cy', weightedAmount: '90' }),
  ],
  opportunity_line: [
    dealLine('O1', 1, 'PUMP', '2'),
    dealLine('O1', 2, 'VALVE', '1'),
    dealLine('O2', 1, 'PUMP', '3'),
    dealLine('O7', 1, 'PUMP', '5'),
  ],
  campaign: [
    {
      id: 'FAIR',
      costObjectCode: 'CO-1',
      name: 'Fair',
      status: 'RUNNING',
      kind: 'TRADE_FAIR',
      budget: '5000',
      currency: 'TWD',
      startsOn: '2026-01-01',
    },
    { id: 'MAIL', name: 'Mail', status: 'FINISHED', kind: 'EMAIL', startsOn: '2025-01-01' },
  ],
  campaign_member: [
    { campaignId: 'FAIR', contactId: 'K1', respondedOn: '2026-01-05' },
    { campaignId: 'FAIR', contactId: 'K4' },
  ],
  opportunity_campaign: [
    touch('O1', 'FAIR', 1, 2),
    touch('O1', 'MAIL', 2, 2),
    touch('O3', 'MAIL', 1, 2),
    touch('O3', 'FAIR', 2, 2),
    touch('O5', 'FAIR', 1, 1),
    touch('O6', 'FAIR', 1, 1),
  ],
  quote: [
    quote('Q1', 'A1', '1000', { opportunityId: 'O1' }),
    quote('Q2', 'A1', '2000', { quotedOn: '2026-05-02', status: 'ACCEPTED' }),
    quote('Q3', 'A2', '3000', { currency: 'USD', ownerLoginId: 'cy' }),
  ],
  quote_line: [
    {
      quoteNo: 'Q1',
      lineNo: 1,
      sku: 'PUMP',
      quantity: '2',
      unit: 'PCS',
      netPrice: '500',
      net: '1000',
      currency: 'TWD',
    },
    {
      quoteNo: 'Q3',
      lineNo: 1,
      sku: 'PUMP',
      quantity: '3',
      unit: 'PCS',
      netPrice: '1000',
      net: '3000',
      currency: 'USD',
    },
  ],
  sales_order_origin: [
    { orderNo: 'SO1', crmAccountId: 'A1', opportunityId: 'O3', quoteNo: 'Q2' },
    { orderNo: 'SO2', crmAccountId: 'A2', opportunityId: 'O7' },
  ],
  service_case: [
    serviceCase('S1', 'A1', 'COMPLAINT', {
      priority: 1,
      slaBreached: true,
      assigneeLoginId: 'di',
      rootCause: 'SEAL_LEAK',
      orderNo: 'SO1',
    }),
    serviceCase('S2', 'A1', 'RETURN', {
      ...resolved(5, 4),
      assigneeLoginId: 'di',
      rootCause: 'SEAL_LEAK',
      openedOn: '2026-05-01',
    }),
    serviceCase('S3', 'A2', 'WARRANTY', { ...resolved(8), rootCause: 'WRONG_PART' }),
    serviceCase('S4', 'A2', 'COMPLAINT', { assigneeLoginId: 'di', sku: 'VALVE' }),
    serviceCase('S5', 'A2', 'QUESTION', { assigneeLoginId: 'ed' }),
  ],
  field_service_job: [
    { id: 'J1', caseNo: 'S1', status: 'PLANNED', plannedOn: '2026-07-01', partSku: 'SEAL' },
    { id: 'J2', caseNo: 'S4', status: 'DONE', technicianLoginId: 'ed' },
  ],
  task: [{ id: 'T1', loginId: 'bo', title: 'Call', status: 'OPEN', crmAccountId: 'A1' }],
  product_text: [{ sku: 'PUMP', salesText: 'A good pump.' }],
  marketing_asset: [{ sku: 'PUMP', assetNo: 1, url: 'https://example.com/p.png', kind: 'IMAGE' }],
}

export const crmFixture = (): SubgraphFixture => subgraphFixture(subgraph, { crm, identity })

/** The same with its crosswalk in a database of PostgreSQL. */
export async function crmFixtureOver(crosswalk: OwnAddress): Promise<SubgraphFixture> {
  const declaration = { name: 'crosswalk', relations: identityRelations }
  await using own = await openOwnDatabase<Record<string, object>>(crosswalk, declaration)
  await own.write(async (rows) => {
    for (const [relation, ofRelation] of Object.entries(identity))
      await rows.insert(relation, ofRelation)
  })
  return await fixtureOverOwn(subgraph, { crm }, { crosswalk })
}

/** What `_entities` answers for these references, with the fields of the fragment. */
export const entities = `query ($of: [_Any!]!) { _entities(representations: $of) {
  ... on Customer { crmAccountId } ... on Opportunity { name } ... on Quote { total { amount } }
  ... on QuoteLine { sku } ... on Case { subject } ... on Contact { name } ... on Interaction { channel }
  ... on Lead { status } ... on Campaign { name } ... on FieldServiceJob { status }
  ... on CrmTask { title } } }`
