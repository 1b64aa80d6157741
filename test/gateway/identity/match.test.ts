/** What is linked without asking, what somebody must decide, and what is left alone. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createIndex } from '../../../gateway/identity/blocking.ts'
import { createLinks, pairKey, type Link } from '../../../gateway/identity/links.ts'
import { matchRecords } from '../../../gateway/identity/match.ts'
import type { PreparedRecord } from '../../../gateway/identity/prepare.ts'
import type { RecordId } from '../../../gateway/identity/records.ts'
import { link, record, rules } from './records.ts'

const home = { line: '12 Minsheng Road', city: 'Taipei', postalCode: '106' }

interface Given {
  readonly accounts: readonly PreparedRecord[]
  readonly erp?: readonly PreparedRecord[]
  readonly finance?: readonly PreparedRecord[]
  readonly links?: readonly Link[]
  readonly rejected?: readonly (readonly [RecordId, string])[]
}

function match({ accounts, erp = [], finance = [], links = [], rejected = [] }: Given) {
  const found = matchRecords({
    accounts,
    records: [erp, finance],
    links: createLinks(links),
    oldIds: new Set(['A9']),
    rejected: new Set(rejected.map(([id, account]) => pairKey(id, account))),
    rules,
  })
  return {
    links: found.links.map(
      ({ customerId, system, value, isPrimary, matchedBy }) =>
        `${customerId} ${system}:${value} ${matchedBy}${isPrimary ? '' : ' (further)'}`,
    ),
    candidates: found.candidates.map(
      ({ system, value, crmAccountId, reason }) => `${system}:${value} ${crmAccountId} ${reason}`,
    ),
  }
}

describe('a match', () => {
  const harbour = record('CRM', 'A1', 'Harbour Foods 港灣食品', {
    taxNumber: '12345678',
    addresses: [home],
  })
  const granite = record('CRM', 'A2', 'Granite Shipyard 花崗造船', { taxNumber: '87654321' })

  it('links by the tax number, and gives the account its own id as Isthmus id', () => {
    const erp = [record('ERP', '100', 'Harbour Food', { taxNumber: '1234-5678' })]
    assert.deepEqual(match({ accounts: [harbour, granite], erp }), {
      links: ['A1 CRM:A1 IMPORT', 'A1 ERP:100 EXACT_TAX_NO'],
      candidates: [],
    })
  })

  it('links by name and address where nothing contradicts', () => {
    const erp = [record('ERP', '100', 'HARBOUR FOODS LTD', { addresses: [home] })]
    assert.deepEqual(match({ accounts: [harbour, granite], erp }).links, [
      'A1 CRM:A1 IMPORT',
      'A1 ERP:100 RULE',
    ])
  })

  it('links Chinese names, traditional and simplified', () => {
    const erp = [record('ERP', '100', '港湾食品股份有限公司')]
    assert.deepEqual(match({ accounts: [harbour, granite], erp }).links, [
      'A1 CRM:A1 IMPORT',
      'A1 ERP:100 RULE',
    ])
  })

  it('takes the id that the crosswalk has for the account', () => {
    const links = [link('C7', 'CRM', 'A1')]
    const erp = [record('ERP', '100', 'Harbour Foods')]
    assert.deepEqual(match({ accounts: [harbour], erp, links }).links, ['C7 ERP:100 RULE'])
  })

  it('never gives an id that was merged away', () => {
    const accounts = [record('CRM', 'A9', 'Harbour Foods')]
    const erp = [record('ERP', '100', 'Harbour Foods')]
    assert.deepEqual(match({ accounts, erp }).links, ['A9-2 CRM:A9 IMPORT', 'A9-2 ERP:100 RULE'])
  })

  it('asks where the name is only likely', () => {
    const erp = [record('ERP', '100', 'Harbour Fods Trading')]
    const { links, candidates } = match({ accounts: [harbour, granite], erp })
    assert.deepEqual(links, [])
    assert.deepEqual(candidates, [])
    const closer = match({
      accounts: [harbour, granite],
      erp: [record('ERP', '100', 'Harbur Fod')],
    })
    assert.deepEqual(closer, { links: [], candidates: ['ERP:100 A1 LIKELY'] })
  })

  it('asks where another tax number contradicts the same name', () => {
    const erp = [record('ERP', '100', 'Harbour Foods', { taxNumber: '12345679' })]
    assert.deepEqual(match({ accounts: [harbour, granite], erp }), {
      links: [],
      candidates: ['ERP:100 A1 CONTRADICTING'],
    })
  })

  it('asks where another name contradicts the same tax number', () => {
    const erp = [record('ERP', '100', 'Camphor Textile', { taxNumber: '12345678' })]
    assert.deepEqual(match({ accounts: [harbour, granite], erp }), {
      links: [],
      candidates: ['ERP:100 A1 CONTRADICTING'],
    })
  })

  it('asks where the same tax number stands under the name of another branch', () => {
    const accounts = [record('CRM', 'A1', 'Harbour Plant 12', { taxNumber: '12345678' })]
    const erp = [record('ERP', '100', 'Harbour Plant 13', { taxNumber: '12345678' })]
    assert.deepEqual(match({ accounts, erp }).candidates, ['ERP:100 A1 CONTRADICTING'])
  })

  it('asks where two accounts fit, by name or by tax number', () => {
    const twin = record('CRM', 'A3', 'Harbour Foods', { taxNumber: '12345678' })
    for (const taxNumber of [null, '12345678']) {
      const erp = [record('ERP', '100', 'Harbour Foods', { taxNumber })]
      const { links, candidates } = match({ accounts: [harbour, granite, twin], erp })
      assert.deepEqual(links, [])
      assert.deepEqual(candidates.slice(0, 2), ['ERP:100 A1 AMBIGUOUS', 'ERP:100 A3 AMBIGUOUS'])
    }
  })

  it('does not ask between two accounts of one customer', () => {
    const twin = record('CRM', 'A3', 'Harbour Foods')
    const links = [link('C1', 'CRM', 'A1'), link('C1', 'CRM', 'A3', { isPrimary: false })]
    const erp = [record('ERP', '100', 'Harbour Foods')]
    assert.deepEqual(match({ accounts: [harbour, twin], erp, links }), {
      links: ['C1 ERP:100 RULE'],
      candidates: [],
    })
  })

  it('links several ERP numbers to one customer, and asks about two debtors', () => {
    const erp = [record('ERP', '100', 'Harbour Foods'), record('ERP', '101', 'Harbour Foods (2)')]
    const finance = [
      record('FINANCE', 'D1', 'Harbour Foods'),
      record('FINANCE', 'D2', 'HARBOUR FOODS'),
    ]
    assert.deepEqual(match({ accounts: [harbour, granite], erp, finance }), {
      links: ['A1 CRM:A1 IMPORT', 'A1 ERP:100 RULE', 'A1 ERP:101 RULE (further)'],
      candidates: ['FINANCE:D1 A1 AMBIGUOUS', 'FINANCE:D2 A1 AMBIGUOUS'],
    })
  })

  it('asks about a second debtor of a customer that has one', () => {
    const links = [link('C1', 'CRM', 'A1'), link('C1', 'FINANCE', 'D1')]
    const finance = [
      record('FINANCE', 'D1', 'Harbour Foods'),
      record('FINANCE', 'D2', 'Harbour Foods'),
    ]
    assert.deepEqual(match({ accounts: [harbour], finance, links }), {
      links: [],
      candidates: ['FINANCE:D2 A1 AMBIGUOUS'],
    })
  })

  it('believes the number that a debtor names, for and against', () => {
    const erp = [record('ERP', '100', 'Harbour Foods'), record('ERP', '200', 'Granite Shipyard')]
    const named = (value: string) => [
      record('FINANCE', 'D1', 'Harbur Foods', { references: [{ system: 'ERP', value }] }),
    ]
    const accounts = [harbour, granite]
    assert.ok(match({ accounts, erp, finance: named('100') }).links.includes('A1 FINANCE:D1 RULE'))
    const unnamed = [record('FINANCE', 'D1', 'Harbur Foods')]
    assert.deepEqual(match({ accounts, erp, finance: unnamed }).candidates, [
      'FINANCE:D1 A1 LIKELY',
    ])
    const against = match({ accounts, erp, finance: named('200') })
    assert.ok(!against.links.some((each) => each.includes('FINANCE')))
  })

  it('shows a record that two customers claim, and leaves the claims', () => {
    const links = [
      link('C1', 'CRM', 'A1'),
      link('C2', 'CRM', 'A2'),
      link('C1', 'ERP', '100'),
      link('C2', 'ERP', '100', { confidence: 0.6 }),
    ]
    const erp = [record('ERP', '100', 'Harbour Foods')]
    assert.deepEqual(match({ accounts: [harbour, granite], erp, links }), {
      links: [],
      candidates: ['ERP:100 A1 AMBIGUOUS', 'ERP:100 A2 AMBIGUOUS'],
    })
  })

  it('does not propose what was refused, and takes the other one then', () => {
    const twin = record('CRM', 'A3', 'Harbour Foods')
    const erp = [record('ERP', '100', 'Harbour Foods')]
    const found = match({
      accounts: [record('CRM', 'A1', 'Harbour Foods'), twin],
      erp,
      rejected: [
        [{ system: 'ERP', value: '100' }, 'A1'],
        [{ system: 'CRM', value: 'A3' }, 'A1'],
      ],
    })
    assert.deepEqual(found, { links: ['A3 CRM:A3 IMPORT', 'A3 ERP:100 RULE'], candidates: [] })
  })

  it('never merges two accounts by itself', () => {
    const twin = record('CRM', 'A3', 'Harbour Foods', { taxNumber: '12345678' })
    assert.deepEqual(match({ accounts: [harbour, granite, twin] }), {
      links: [],
      candidates: ['CRM:A3 A1 DUPLICATE'],
    })
  })

  it('leaves a stranger alone', () => {
    const erp = [record('ERP', '100', 'Camphor Textile')]
    assert.deepEqual(match({ accounts: [harbour, granite], erp }), { links: [], candidates: [] })
  })

  it('gives the same answer again, with what it found linked', () => {
    const erp = [record('ERP', '100', 'Harbour Foods'), record('ERP', '101', 'Harbur Fod')]
    const accounts = [harbour, granite]
    const first = matchRecords({
      accounts,
      records: [erp],
      links: createLinks([]),
      oldIds: new Set(),
      rejected: new Set(),
      rules,
    })
    const again = match({ accounts, erp, links: first.links })
    assert.deepEqual(again, { links: [], candidates: ['ERP:101 A1 LIKELY'] })
  })
})

describe('the accounts that a record is compared with', () => {
  const names = [
    'Harbour Foods',
    'Granite Shipyard',
    'Long Bridge Paper',
    '港灣食品',
    'Sea Gate Power',
  ]
  const accounts = names.map((name, at) => record('CRM', `A${at}`, name))
  const near = (name: string) =>
    createIndex(accounts)
      .near(record('ERP', '1', name))
      .map((at) => names[at])

  it('share a word, a piece of one, or characters, the most promising first', () => {
    assert.equal(near('HARBOUR FOODS')[0], 'Harbour Foods')
    assert.equal(near('Granit Shipyrad')[0], 'Granite Shipyard')
    assert.equal(near('港湾食品公司')[0], '港灣食品')
    assert.deepEqual(near('Zzz'), [])
  })

  it('are found by telephone and address as well', () => {
    const listed = record('CRM', 'A8', 'Camphor', {
      telephones: ['+886-2-2345-6789'],
      addresses: [home],
    })
    const index = createIndex([...accounts, listed])
    const at = accounts.length
    assert.deepEqual(index.near(record('ERP', '1', 'Qqq', { telephones: ['02 2345 6789'] })), [at])
    assert.deepEqual(index.near(record('ERP', '1', 'Qqq', { addresses: [home] })), [at])
  })

  it('are a few of many, and what all have in common tells nothing', () => {
    const many = Array.from({ length: 5_000 }, (_, at) =>
      record('CRM', `A${at}`, `Harbour Foods ${at}`),
    )
    const index = createIndex(many)
    const found = index.near(record('ERP', '1', 'Harbour Foods 4321'))
    assert.equal(found[0], 4_321)
    assert.ok(found.length <= 20, `${found.length}`)
    assert.deepEqual(index.near(record('ERP', '1', 'Harbour Foods')), [])
  })
})
