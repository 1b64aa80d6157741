/**
 * What comes before orders: campaigns, leads, opportunities won, lost and open, quotes in negotiation,
 * and the talk around them.
 */
import {
  fromTwd,
  type Customer,
  type Person,
  type Product,
  type Steps,
  type Story,
} from './company.ts'
import type { Order } from './orders.ts'
import { dateOf, momentOf, monthOf, padded } from './random.ts'
import { interactionSubjects } from './words.ts'

export interface Pipeline {
  /** Writes the opportunity and quote that an order came from. */
  won(order: Order): void
}

const campaignNames = [
  'Water Week 水週',
  'Pump Fair 泵浦展',
  'Spare Parts 備品',
  'Energy Saving 節能',
  'New Valve 新閥',
] as const
const stages = ['PROSPECTING', 'QUALIFIED', 'PROPOSAL', 'NEGOTIATION'] as const
const probabilities = {
  PROSPECTING: 10,
  QUALIFIED: 30,
  PROPOSAL: 50,
  NEGOTIATION: 75,
  WON: 100,
  LOST: 0,
} as const
type Stage = keyof typeof probabilities

interface Wanted {
  readonly sku: string
  readonly quantity: number
  readonly unitPrice: number
}

/** An opportunity that a lead may have become. */
interface Conversion {
  readonly opportunityId: string
  readonly customer: Customer
  readonly opened: number
  readonly campaignId: string | null
}

/** Every how many opportunities one is kept for the leads: more than they need, few in memory. */
const conversionStep = 20

export function createPipeline(
  story: Story,
  customers: readonly Customer[],
  products: readonly Product[],
): Pipeline & { rest(): Steps } {
  const { write, random, today, size } = story
  const campaignIds = writeCampaigns(story, customers)
  const conversions: Conversion[] = []
  let serial = 0

  function insertOpportunity(
    customer: Customer,
    stage: Stage,
    opened: number,
    closes: number,
    wanted: readonly Wanted[],
  ): string {
    const id = `OP-${padded((serial += 1), 5)}`
    const amount = wanted.reduce((sum, line) => sum + line.unitPrice * line.quantity, 0)
    const isClosed = stage === 'WON' || stage === 'LOST'
    write.crm.insert('opportunity', {
      id,
      name: `${random.pick(['Pump station 泵站', 'Retrofit 改造', 'Spare parts 備品', 'New line 新產線'])} ${serial}`,
      crmAccountId: customer.crmAccountId,
      ownerLoginId: customer.owner.loginId,
      stage,
      probability: probabilities[stage] * 10_000,
      amount,
      weightedAmount: fromTwd((amount * probabilities[stage]) / 100, 'TWD'),
      currency: customer.currency,
      openedOn: dateOf(opened),
      expectedCloseOn: dateOf(closes),
      closedOn: isClosed ? dateOf(closes) : null,
      cycleDays: isClosed ? closes - opened : null,
      lostReason:
        stage === 'LOST' ? random.pick(['Price 價格', 'Delivery 交期', 'Competitor 競爭者']) : null,
    })
    for (const [at, line] of wanted.entries()) {
      write.crm.insert('opportunity_line', {
        opportunityId: id,
        lineNo: at + 1,
        sku: line.sku,
        quantity: line.quantity * 1_000,
        unit: 'PCS',
        amount: line.unitPrice * line.quantity,
        currency: customer.currency,
      })
    }
    const campaignId = touch(id, opened)
    if (serial % conversionStep === 0)
      conversions.push({ opportunityId: id, customer, opened, campaignId })
    return id
  }

  /** Returns the campaign of the first touch. */
  function touch(opportunityId: string, day: number): string | null {
    if (!random.chance(450)) return null
    const touches = [
      ...new Set(Array.from({ length: random.between(1, 3) }, () => random.pick(campaignIds))),
    ]
    for (const [at, campaignId] of touches.entries()) {
      write.crm.insert('opportunity_campaign', {
        opportunityId,
        campaignId,
        touchNo: at + 1,
        isFirst: at === 0,
        isLast: at === touches.length - 1,
        touchedOn: dateOf(day + at * 3),
      })
    }
    return touches[0] ?? null
  }

  function insertQuote(
    customer: Customer,
    opportunityId: string,
    status: string,
    day: number,
    wanted: readonly Wanted[],
  ): string {
    const quoteNo = `Q-${dateOf(day).slice(0, 4)}-${opportunityId.slice(3)}`
    const total = wanted.reduce((sum, line) => sum + line.unitPrice * line.quantity, 0)
    write.crm.insert('quote', {
      quoteNo,
      version: random.between(1, 3),
      status,
      quotedOn: dateOf(day),
      validUntil: dateOf(day + 45),
      crmAccountId: customer.crmAccountId,
      opportunityId,
      ownerLoginId: customer.owner.loginId,
      total,
      currency: customer.currency,
      discountPct: random.int(16) * 1_000_000,
      approval: total > 3_000_000_000 ? 'APPROVED' : 'NOT_REQUIRED',
    })
    for (const [at, line] of wanted.entries()) {
      write.crm.insert('quote_line', {
        quoteNo,
        lineNo: at + 1,
        sku: line.sku,
        configurationId: null,
        quantity: line.quantity * 1_000,
        unit: 'PCS',
        netPrice: line.unitPrice * 1_000,
        net: line.unitPrice * line.quantity,
        currency: customer.currency,
      })
    }
    return quoteNo
  }

  const wantedOf = (customer: Customer, most: number): Wanted[] =>
    Array.from({ length: random.between(1, 3) }, () => {
      const product = random.pick(products)
      return {
        sku: product.sku,
        quantity: random.between(1, most),
        unitPrice: fromTwd(product.price / 1_000, customer.currency),
      }
    })

  return {
    won({ customer, day, lines, orderNo }) {
      const opened = day - random.between(15, 120)
      const opportunityId = insertOpportunity(customer, 'WON', opened, day, lines)
      const quoteNo = insertQuote(
        customer,
        opportunityId,
        'ORDERED',
        day - random.between(1, 14),
        lines,
      )
      write.crm.insert('sales_order_origin', {
        orderNo,
        crmAccountId: customer.crmAccountId,
        opportunityId,
        quoteNo,
      })
    },
    *rest() {
      for (let at = 0; at < size.customers * 0.6; at += 1) {
        if (at % 1_000 === 0) yield
        // The partner and the first accounts have a pipeline of their own in any size.
        const customer =
          at % 25 === 0
            ? (customers[(at / 25) % 40] ?? random.pick(customers))
            : random.pick(customers)
        if (random.chance(300)) {
          const closes = today - random.between(1, 600)
          insertOpportunity(
            customer,
            'LOST',
            closes - random.between(20, 150),
            closes,
            wantedOf(customer, 12),
          )
          continue
        }
        const stage = random.pick(stages)
        const opened = today - random.between(1, 150)
        const wanted = wantedOf(customer, stage === 'NEGOTIATION' && random.chance(300) ? 90 : 12)
        const id = insertOpportunity(
          customer,
          stage,
          opened,
          today + random.between(-10, 120),
          wanted,
        )
        if (stage === 'PROPOSAL')
          insertQuote(
            customer,
            id,
            random.pick(['DRAFT', 'SENT', 'IN_APPROVAL']),
            opened + 1,
            wanted,
          )
        if (stage === 'NEGOTIATION') insertQuote(customer, id, 'NEGOTIATION', opened + 1, wanted)
      }
      writeLeads(story, campaignIds, customers, conversions)
      yield* writeInteractions(story, customers, campaignIds)
    },
  }
}

function writeCampaigns({ write, random, today }: Story, customers: readonly Customer[]): string[] {
  return Array.from({ length: 24 }, (_, at) => {
    const id = `CP-${padded(at + 1, 3)}`
    const startsOn = today - 700 + at * 29
    const costObjectCode = at % 12 === 11 ? null : `CO-${id}`
    const budget = random.between(100, 900) * 1_000_000
    write.crm.insert('campaign', {
      id,
      costObjectCode,
      name: `${campaignNames[at % campaignNames.length]} ${at + 1}`,
      kind: random.pick(['EMAIL', 'TRADE_FAIR', 'WEBINAR', 'ADVERTISING']),
      status: startsOn + 60 < today ? 'FINISHED' : 'RUNNING',
      budget,
      currency: 'TWD',
      startsOn: dateOf(startsOn),
      endsOn: dateOf(startsOn + 60),
    })
    const members = new Set(
      Array.from({ length: 60 }, () => random.pick(random.pick(customers).contactIds)),
    )
    for (const contactId of members) {
      write.crm.insert('campaign_member', {
        campaignId: id,
        contactId,
        respondedOn: random.chance(250) ? dateOf(Math.min(startsOn + random.int(60), today)) : null,
      })
    }
    if (costObjectCode !== null) {
      for (let part = 0; part < 6; part += 1) {
        const day = startsOn + part * 9
        write.finance.insert('ledger_posting', {
          id: `GL-${id}-${part}`,
          account: '6100',
          postedOn: dateOf(Math.min(day, today)),
          category: 'CAMPAIGN',
          departmentCode: 'SALES',
          costObject: costObjectCode,
          employeeNo: null,
          sku: null,
          caseNo: null,
          debit: Math.round((budget * random.between(8, 22)) / 100 / 10) * 10,
          credit: 0,
          currency: 'TWD',
          isCommitment: day > today,
        })
      }
      write.finance.insert('budget', {
        id: `BU-${id}`,
        startsOn: `${monthOf(startsOn)}-01`,
        account: '6100',
        departmentCode: 'SALES',
        costObject: costObjectCode,
        amount: budget,
        currency: 'TWD',
      })
    }
    return id
  })
}

function writeLeads(
  { write, random, stream, today, size }: Story,
  campaignIds: readonly string[],
  customers: readonly Customer[],
  conversions: Conversion[],
): void {
  const converting = stream('leads')
  for (let at = 1; at <= size.customers / 4; at += 1) {
    const lead = {
      id: `LD-${padded(at, 5)}`,
      name: `Inquiry 詢價 ${at}`,
      source: random.pick(['WEB', 'FAIR', 'PHONE', 'REFERRAL']),
      campaignId: random.chance(600) ? random.pick(campaignIds) : null,
      status: random.pick(['NEW', 'QUALIFIED', 'DISQUALIFIED', 'CONVERTED']),
      ownerLoginId: random.pick(customers).owner.loginId,
      crmAccountId: null,
      contactId: null,
      opportunityId: null,
      createdOn: dateOf(today - random.int(400)),
    }
    const conversion = lead.status === 'CONVERTED' ? conversions.pop() : undefined
    if (conversion === undefined) {
      write.crm.insert('lead', {
        ...lead,
        status: lead.status === 'CONVERTED' ? 'QUALIFIED' : lead.status,
      })
      continue
    }
    const { opportunityId, customer, opened, campaignId } = conversion
    write.crm.insert('lead', {
      ...lead,
      campaignId,
      ownerLoginId: customer.owner.loginId,
      crmAccountId: customer.crmAccountId,
      contactId: converting.pick(customer.contactIds),
      opportunityId,
      createdOn: dateOf(opened - converting.int(30)),
    })
  }
}

function* writeInteractions(
  { write, random, today }: Story,
  customers: readonly Customer[],
  campaignIds: readonly string[],
): Steps {
  let serial = 0
  const insert = ({ crmAccountId, contactIds }: Customer, { loginId }: Person) => {
    const day = today - random.int(500)
    write.crm.insert('interaction', {
      id: `IN-${padded((serial += 1), 7)}`,
      crmAccountId,
      contactId: random.pick(contactIds),
      loginId,
      caseNo: null,
      opportunityId: null,
      campaignId: random.chance(80) ? random.pick(campaignIds) : null,
      channel: random.pick(['VISIT', 'PHONE', 'EMAIL', 'WEB', 'MESSAGE']),
      subject: random.pick(interactionSubjects),
      at: momentOf(day, random.int(540)),
      occurredOn: dateOf(day),
      durationSeconds: random.chance(700) ? random.between(60, 5_400) : null,
    })
  }
  for (const customer of customers) {
    const many = customer.index < 40 ? 12 : random.between(1, 6)
    for (let at = 0; at < many; at += 1) insert(customer, customer.owner)
    if (customer.index % 1_000 === 0) yield
  }
}
