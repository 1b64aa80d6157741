/**
 * A small ledger for its tests: two departments, a campaign, costs and revenue in two currencies, a
 * posting on an account that is not in the chart, commitments, and budgets by month.
 */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { subgraph } from '../../../subgraphs/finance/subgraph.ts'
import { subgraphFixture } from '../../support/subgraph-fixture.ts'

const account = (no: string, name: string, kind: string) => ({ account: no, name, kind })

type Row = Readonly<Record<string, unknown>>
let serial = 0

const posting = (no: string, postedOn: string, debit: string, credit = '0', more: Row = {}) => ({
  id: `GL${(serial += 1)}`,
  account: no,
  postedOn,
  category: 'OPERATING',
  departmentCode: 'N',
  debit,
  credit,
  currency: 'TWD',
  isCommitment: false,
  ...more,
})

const budget = (no: string, startsOn: string, amount: string, more: Row = {}) => ({
  id: `B${(serial += 1)}`,
  startsOn,
  account: no,
  departmentCode: 'N',
  amount,
  currency: 'TWD',
  ...more,
})

/** In minor units far above 2^53. */
const large = '90071992547409.93'
const south = { departmentCode: 'S' }
const campaign = { departmentCode: 'N', costObject: 'CO-1', category: 'CAMPAIGN' }

const rows = {
  ledger_account: [
    account('4000', 'Revenue', 'REVENUE'),
    account('5100', 'Payroll', 'EXPENSE'),
    account('5200', 'Operation', 'EXPENSE'),
    account('6100', 'Marketing', 'EXPENSE'),
    account('1000', 'Machines', 'ASSET'),
    account('2000', 'Loans', 'LIABILITY'),
  ],
  ledger_posting: [
    posting('5100', '2026-01-25', large, '0', { category: 'PERSONNEL' }),
    posting('5100', '2026-02-25', large, '0', { category: 'PERSONNEL' }),
    posting('5100', '2026-02-25', '10', '0', { category: 'PERSONNEL', ...south }),
    posting('5200', '2026-01-31', '120.50'),
    posting('5200', '2026-02-01', '80', '0.25'),
    posting('5200', '2026-02-02', '33', '0', { currency: 'USD' }),
    posting('5200', '2026-02-03', '500', '0', { isCommitment: true }),
    posting('6100', '2026-02-10', '40', '0', campaign),
    posting('6100', '2026-04-10', '60', '0', { ...campaign, isCommitment: true }),
    posting('4000', '2026-01-31', '0', '1000', { category: 'REVENUE' }),
    posting('4000', '2026-03-31', '100', '900', { category: 'REVENUE', ...south }),
    posting('9999', '2026-03-01', '7', '0', { departmentCode: null }),
    posting('1000', '2026-03-02', '300'),
    posting('2000', '2026-03-02', '0', '300'),
    posting('5200', '2025-12-31', '9999'),
  ],
  budget: [
    budget('5100', '2026-01-01', large),
    budget('5100', '2026-02-01', '90071992547410'),
    budget('5200', '2026-01-01', '100'),
    budget('5200', '2026-02-01', '100'),
    budget('5200', '2026-02-01', '0', south),
    budget('5200', '2026-04-01', '100'),
    budget('5200', '2026-02-01', '50', { currency: 'USD' }),
    budget('6100', '2026-02-01', '70', { costObject: 'CO-1' }),
    budget('4000', '2026-01-01', '1200'),
    budget('1000', '2026-03-01', '250'),
    budget('2000', '2026-03-01', '400'),
    budget('5200', '2025-12-01', '1'),
  ],
}

/** The subgraph over these rows, and the file itself for plain SQL. */
export function ledgerFixture() {
  const fixture = subgraphFixture(subgraph, { finance: rows })
  const file = new DatabaseSync(join(fixture.data, 'finance.sqlite'), { readOnly: true })
  return {
    fixture,
    sql: (statement: string) => {
      const prepared = file.prepare(statement)
      prepared.setReadBigInts(true)
      return prepared.all().map((row) => Object.values(row))
    },
    [Symbol.dispose]: () => {
      file.close()
      fixture[Symbol.dispose]()
    },
  }
}

/** `1234.5` → `12345000n`, as amounts are stored. */
export const scaled = (amount: string): bigint => {
  const [whole = '', fraction = ''] = amount.replace('-', '').split('.')
  const value = BigInt(whole + fraction.padEnd(4, '0'))
  return amount.startsWith('-') ? -value : value
}
