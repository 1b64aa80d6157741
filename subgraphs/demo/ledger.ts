/**
 * The books: debtors with their credit, payroll and operation by month, revenue, budgets, plans,
 * commission statements, exchange rates, and what the bank cannot match.
 */
import { currencies, rateOf, type Customer, type People, type Story } from './company.ts'
import { regionAfter } from './customers.ts'
import type { Totals } from './orders.ts'
import { particularsElsewhere } from './particulars.ts'
import { dateOf, dayOf, padded, quarterAfter, quarterOf, type Random } from './random.ts'

const accounts = [
  ['4000', 'Revenue 營業收入', 'REVENUE'],
  ['5100', 'Payroll 薪資', 'EXPENSE'],
  ['5200', 'Operation 營運費用', 'EXPENSE'],
  ['5300', 'Travel 差旅費', 'EXPENSE'],
  ['6100', 'Marketing 行銷費用', 'EXPENSE'],
  ['6200', 'Warranty 保固費用', 'EXPENSE'],
  ['6300', 'Service 服務費用', 'EXPENSE'],
] as const

export function writeBooks(
  story: Story,
  people: People,
  customers: readonly Customer[],
  totals: Totals,
): void {
  for (const [account, name, kind] of accounts)
    story.write.finance.insert('ledger_account', { account, name, kind })
  writeDebtors(story, customers, totals)
  writeMonths(story, people, totals)
  writeBudgets(story, people, totals)
  writePlans(story, people, totals)
  writeCommissions(story, totals)
  writeRates(story)
  writeUnmatched(story)
}

function writeDebtors(
  { write, random, stream }: Story,
  customers: readonly Customer[],
  totals: Totals,
): void {
  const spelling = stream('debtor names')
  const elsewhere = stream('particulars in finance')
  for (const customer of customers) {
    const { index, name, debtorNo, erpCustomerNos, currency, morals, region } = customer
    if (debtorNo === null) continue
    const count = totals.paidCount[index] ?? 0
    write.finance.insert('debtor', {
      debtorNo,
      erpCustomerNo: erpCustomerNos[0] ?? null,
      name: spelling.chance(15) ? misspelled(name, spelling) : name,
      currency,
      creditLimit: random.chance(940)
        ? Math.ceil((1_000 / rateOf(currency)) * random.between(5, 60)) * 100_000_000
        : null,
      creditRating: random.chance(960) ? ((['A', 'B', 'C', 'D'] as const)[morals] ?? null) : null,
      creditHold: morals === 3 && random.chance(60),
      averageDaysToPay:
        count === 0 ? null : Math.round(((totals.paidDays[index] ?? 0) * 100) / count),
      // Some were moved in the CRM and not yet here.
      region: index % 50 === 13 ? regionAfter[region] : region,
    })
    const terms = elsewhere.chance(20) ? elsewhere.pick([14, 45]) : customer.termDays
    write.finance.insert('debtor_particulars', {
      debtorNo,
      ...particularsElsewhere(customer.particulars, elsewhere),
      paymentTerms: `NET${terms}`,
    })
  }
}

/** The same company as somebody else typed it: what a report on data quality should find. */
function misspelled(name: string, random: Random): string {
  switch (random.int(4)) {
    case 0:
      return name.toUpperCase()
    case 1:
      return name.replace(/ [^ ]+$/, '') // without the Chinese name
    case 2:
      return name.replace(/^(.)(.)(.)/, '$1$3$2') // two letters exchanged
    default:
      return `${name} Ltd.`
  }
}

const monthsBack = 24

function writeMonths({ write, random, today }: Story, people: People, totals: Totals): void {
  let serial = 0
  const post = (
    account: string,
    category: string,
    departmentCode: string,
    day: number,
    debit: number,
    credit: number,
    employeeNo: string | null = null,
  ) => {
    write.finance.insert('ledger_posting', {
      id: `GL-${padded((serial += 1), 7)}`,
      account,
      postedOn: dateOf(day),
      category,
      departmentCode,
      costObject: null,
      employeeNo,
      sku: null,
      caseNo: null,
      debit,
      credit,
      currency: 'TWD',
      isCommitment: false,
    })
  }
  const [year = 0, month = 1] = dateOf(today).split('-').map(Number)
  for (let back = monthsBack - 1; back >= 0; back -= 1) {
    const first = dayOf(new Date(Date.UTC(year, month - 1 - back, 1)).toISOString().slice(0, 10))
    const day = Math.min(first + 24, today)
    for (const { code, people: count, payroll } of people.departments) {
      post('5100', 'PERSONNEL', code, day, payroll * 1_150, 0)
      post('5200', 'OPERATING', code, day, (count + 1) * random.between(5, 20) * 1_000_000, 0)
      const revenue = totals.revenue.get(`${code}|${dateOf(first).slice(0, 7)}`)
      if (revenue !== undefined) post('4000', 'REVENUE', code, day, 0, revenue)
    }
    for (const { employeeNo, departmentCode } of people.salespeople) {
      post('5300', 'TRAVEL', departmentCode, day, random.between(2, 25) * 1_000_000, 0, employeeNo)
    }
  }
}

/** What each department may spend and should earn in each month of this year and the last. */
function writeBudgets({ write, today }: Story, people: People, totals: Totals): void {
  const thisYear = Number(dateOf(today).slice(0, 4))
  const months = [thisYear - 1, thisYear].flatMap((year) =>
    Array.from({ length: 12 }, (_, month) => `${year}-${padded(month + 1, 2)}`),
  )
  for (const { code, people: count, payroll } of people.departments) {
    const travellers = people.salespeople.filter(({ departmentCode }) => departmentCode === code)
    const sold = [...totals.revenue].filter(([key]) => key.startsWith(`${code}|`))
    const monthly = sold.reduce((sum, [, revenue]) => sum + revenue, 0) / Math.max(1, sold.length)
    for (const [account, amount] of [
      ['5100', payroll * 1_170],
      ['5200', (count + 1) * 12_000_000],
      ['5300', travellers.length * 13_000_000],
      ['4000', Math.round(monthly / 1_000_000) * 1_050_000],
    ] as const) {
      if (amount === 0) continue
      for (const month of months) {
        write.finance.insert('budget', {
          id: `BU-${code}-${account}-${month}`,
          startsOn: `${month}-01`,
          account,
          departmentCode: code,
          costObject: null,
          amount,
          currency: 'TWD',
        })
      }
    }
  }
}

function writePlans({ write, random, today }: Story, people: People, totals: Totals): void {
  for (let back = 7; back >= -1; back -= 1) {
    const periodKey = quarterAfter(today, -back)
    const [year = 0, quarter = 1] = periodKey.split('-Q').map(Number)
    const startsOn = new Date(Date.UTC(year, (quarter - 1) * 3, 1)).toISOString().slice(0, 10)
    const endsOn = new Date(Date.UTC(year, quarter * 3, 0)).toISOString().slice(0, 10)
    const plan = (id: string, of: { employeeNo?: string; region?: string }, target: number) => {
      write.erp.insert('sales_plan', {
        id: `SP-${periodKey}-${id}`,
        periodKey,
        startsOn,
        endsOn,
        employeeNo: of.employeeNo ?? null,
        region: of.region ?? null,
        sku: null,
        target,
        currency: 'TWD',
      })
    }
    for (const { employeeNo } of people.salespeople) {
      const sold = totals.sold.get(`${employeeNo}|${periodKey}`) ?? 20_000_000_000
      plan(
        employeeNo,
        { employeeNo },
        Math.max(1, Math.round((sold * random.between(80, 130)) / 100 / 1e8)) * 1e8,
      )
    }
    for (const region of ['N', 'C', 'S'])
      plan(region, { region }, random.between(200, 900) * 1_000_000_000)
  }
}

function writeCommissions({ write, random, today }: Story, totals: Totals): void {
  for (const [key, { base, earned }] of totals.commission) {
    const [employeeNo = '', periodKey = ''] = key.split('|')
    const clawback = random.chance(150) ? Math.round(earned / 50 / 10) * 10 : 0
    const isPast = periodKey < quarterOf(today)
    write.finance.insert('commission_statement', {
      employeeNo,
      periodKey,
      status: isPast ? random.pick(['PAID', 'PAID', 'APPROVED']) : 'ACCRUED',
      base,
      earned,
      clawback,
      payable: earned - clawback,
      currency: 'TWD',
    })
  }
}

function writeRates({ write, random, today }: Story): void {
  for (const currency of currencies) {
    if (currency === 'TWD') continue
    for (let back = 24; back >= 0; back -= 1) {
      const rate = Math.round((rateOf(currency) * random.between(970, 1_030)) / 1_000) * 1_000
      for (const kind of ['CLOSING', 'AVERAGE'] as const) {
        write.finance.insert('exchange_rate', {
          fromCurrency: currency,
          toCurrency: 'TWD',
          kind,
          validFrom: dateOf(today - back * 30),
          rate,
        })
      }
    }
  }
}

function writeUnmatched({ write, random, today }: Story): void {
  for (let at = 1; at <= 40; at += 1) {
    write.finance.insert('bank_transaction', {
      id: `BT-X${padded(at, 4)}`,
      account: '012-TWD-001',
      bookedOn: dateOf(today - random.int(60)),
      amount: random.between(1, 500) * 1_000_000,
      currency: 'TWD',
      counterparty: null,
      reference: 'Transfer 轉帳',
      matched: false,
    })
  }
}
