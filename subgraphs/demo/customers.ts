/**
 * The customers and the crosswalk: who they are in each system, who is unmatched, who is matched
 * twice, and the people we know there.
 */
import {
  currencies,
  type Customer,
  type Particulars,
  type People,
  type Region,
  type Steps,
  type Story,
} from './company.ts'
import { particularsElsewhere } from './particulars.ts'
import { dateOf, momentOf, padded } from './random.ts'
import { cities, companyStems, companyTrades, familyNames, givenNames } from './words.ts'

const segments = [
  ['KEY', 'Key accounts 重點客戶'],
  ['PUB', 'Public utilities 公用事業'],
  ['IND', 'Industry 工業'],
  ['SME', 'Small business 中小企業'],
] as const

export function* writeCustomers(story: Story, people: People): Steps<readonly Customer[]> {
  for (const [code, name] of segments) story.write.crm.insert('segment', { code, name })
  const elsewhere = story.stream('particulars in the erp')
  let lastErpNo = 200_000
  const customers: Customer[] = []
  for (let index = 0; index < story.size.customers; index += 1) {
    const numbers = index === 0 ? 3 : story.random.chance(40) ? story.random.between(2, 3) : 1
    const isProspect = index > 0 && story.random.chance(30)
    const erpCustomerNos = Array.from({ length: isProspect ? 0 : numbers }, () =>
      String((lastErpNo += 1)),
    )
    const customer = writeCustomer(story, people, index, erpCustomerNos)
    for (const erpCustomerNo of erpCustomerNos) {
      const particulars = particularsElsewhere(customer.particulars, elsewhere)
      story.write.erp.insert('customer_particulars', { erpCustomerNo, ...particulars })
    }
    customers.push(customer)
    if (index % 1_000 === 0) yield
  }
  return customers
}

function writeCustomer(
  story: Story,
  people: People,
  index: number,
  erpCustomerNos: readonly string[],
): Customer {
  const { write, random, today } = story
  const crmAccountId = `A${padded(index + 1, 6)}`
  const isPartner = index === 0
  const [stem, stemZh] = isPartner ? companyStems[0] : random.pick(companyStems)
  const [trade, tradeZh] = isPartner ? companyTrades[7] : random.pick(companyTrades)
  const name = `${stem} ${trade}${isPartner ? '' : ` ${index}`} ${stemZh}${tradeZh}`
  // The sales identity of the demo owns the first accounts, so that it has a rich day.
  const [first] = people.salespeople
  const owner = index % 40 === 0 && first !== undefined ? first : random.pick(people.salespeople)
  const currency = isPartner || random.chance(800) ? 'TWD' : random.pick(currencies)
  const termDays = random.pick([30, 60, 90])
  const isProspect = erpCustomerNos.length === 0
  const segmentCode = isPartner || index % 50 === 0 ? 'KEY' : random.pick(segments)[0]
  const master = {
    crmAccountId,
    name,
    legalName: random.chance(900) ? `${name} Co., Ltd. 股份有限公司` : null,
    taxRegistrationNo: random.chance(950)
      ? padded(random.between(10_000_000, 99_999_999), 8)
      : null,
    kind: isPartner
      ? 'DISTRIBUTOR'
      : random.pick(['TAX_CLIENT', 'TAX_CLIENT', 'TAX_CLIENT', 'END_USER', 'PARTNER']),
    segmentCode,
    status: isProspect
      ? 'PROSPECT'
      : random.chance(880)
        ? 'ACTIVE'
        : random.pick(['DORMANT', 'BLOCKED', 'CLOSED']),
    ownerLoginId: isPartner || random.chance(980) ? owner.loginId : null,
    healthScore: random.chance(900) ? random.between(2_000, 10_000) : null,
    createdOn: dateOf(today - random.between(30, 2_500)),
  }
  const { region, contactIds, ...found } = writePeopleOf(story, crmAccountId, index)
  write.crm.insert('customer', { ...master, region })
  const debtorNo = isProspect ? null : `D${padded(index + 1, 5)}`
  for (const [at, erpCustomerNo] of erpCustomerNos.entries()) {
    write.erp.insert('customer', {
      erpCustomerNo,
      name: at === 0 ? name : `${name} (${at + 1})`,
      currency,
      priceList: `PL-${currency}`,
      paymentTerms: `NET${termDays}`,
      // Some were moved in the CRM only, and some have a branch elsewhere.
      region: index % 50 === 7 || at === 2 ? regionAfter[region] : region,
    })
  }
  writeLinks(story, index, crmAccountId, erpCustomerNos, debtorNo)
  return {
    index,
    name,
    crmAccountId,
    erpCustomerNos,
    debtorNo,
    currency,
    owner,
    contactIds,
    region,
    termDays,
    morals: random.int(4),
    particulars: {
      taxRegistrationNo: master.taxRegistrationNo,
      legalName: master.legalName,
      ...found,
    },
  }
}

function writePeopleOf(
  { write, random, today }: Story,
  crmAccountId: string,
  index: number,
): Pick<Customer, 'region' | 'contactIds'> &
  Pick<Particulars, 'line1' | 'city' | 'postalCode' | 'phone'> {
  const [city, cityZh, region, latitude, longitude] = random.pick(cities)
  let billTo: { line1: string; postalCode: string } | null = null
  let firstPhone: string | null = null
  for (const [addressNo, kind] of (random.chance(500)
    ? [
        [1, 'BILL_TO'],
        [2, 'SHIP_TO'],
      ]
    : [[1, 'BILL_TO']]) as [number, string][]) {
    const line1 = `${random.between(1, 300)} Minsheng Road 民生路`
    const postalCode = padded(random.between(100, 900), 3)
    billTo ??= { line1, postalCode }
    write.crm.insert('customer_address', {
      crmAccountId,
      addressNo,
      kind,
      line1,
      line2: null,
      city: `${city} ${cityZh}`,
      region,
      postalCode,
      country: 'TW',
      latitude: latitude + random.int(40_000),
      longitude: longitude + random.int(40_000),
    })
  }
  const contactIds = Array.from({ length: random.between(1, 3) }, (_, at) => {
    const id = `K${padded(index + 1, 6)}-${at + 1}`
    const [family, familyZh] = random.pick(familyNames)
    const [given, givenZh] = random.pick(givenNames)
    const role = random.pick([
      'Buyer 採購',
      'Engineer 工程師',
      'Plant manager 廠長',
      'Accountant 會計',
    ])
    const phone = `+886-2-${padded(random.between(20_000_000, 29_999_999), 8)}`
    firstPhone ??= phone
    write.crm.insert('contact', {
      id,
      crmAccountId,
      name: `${given} ${family} ${familyZh}${givenZh}`,
      role,
      email: `${given}.${family}.${index}@customer.example`.toLowerCase(),
      phone,
    })
    write.crm.insert('contact_consent', {
      contactId: id,
      channel: 'EMAIL',
      granted: random.chance(800),
      at: momentOf(today - random.between(1, 700), random.int(540)),
    })
    return id
  })
  return {
    region,
    contactIds,
    line1: billTo?.line1 ?? '',
    city: `${city} ${cityZh}`,
    postalCode: billTo?.postalCode ?? '',
    phone: firstPhone,
  }
}

/** Where a record is that one system has in another region than the CRM. */
export const regionAfter: Readonly<Record<Region, Region>> = { N: 'C', C: 'S', S: 'N' }

/** 3 % are unmatched; 1 % share an ERP number with the account before them, by a doubtful rule. */
function writeLinks(
  { write, random, today }: Story,
  index: number,
  crmAccountId: string,
  erpCustomerNos: readonly string[],
  debtorNo: string | null,
): void {
  const customerId = `C${padded(index + 1, 6)}`
  const validFrom = dateOf(today - random.between(10, 900))
  const link = (
    system: string,
    value: string,
    isPrimary: boolean,
    matchedBy: string,
    confidence: number,
  ) =>
    write.identity.insert('identity_link', {
      customerId,
      system,
      value,
      isPrimary,
      validFrom,
      matchedBy,
      confidence,
    })
  link('CRM', crmAccountId, true, 'IMPORT', 1_000)
  const isUnmatched = index > 0 && random.chance(30)
  if (!isUnmatched) {
    for (const [at, value] of erpCustomerNos.entries())
      link('ERP', value, at === 0, random.pick(['EXACT_TAX_NO', 'RULE', 'MANUAL']), 1_000 - at)
    if (debtorNo !== null) link('FINANCE', debtorNo, true, 'EXACT_TAX_NO', 1_000)
  }
  const [own] = erpCustomerNos
  if (index > 10 && own !== undefined && random.chance(10))
    link('ERP', String(Number(own) - 1), false, 'RULE', 600)
  if (random.chance(100)) link('MALL', `M${padded(index, 6)}`, true, 'RULE', 800)
}
