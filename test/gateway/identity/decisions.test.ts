/** What people decide: it is kept with who and why, survives a match, and old ids go on to resolve. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { AppError, type ErrorCode } from '#shared/errors.ts'
import { openCrosswalk, linkRow, type Crosswalk } from '../../../gateway/identity/crosswalk.ts'
import { createDecisions } from '../../../gateway/identity/decisions.ts'
import { createLinks, type Link } from '../../../gateway/identity/links.ts'
import { candidateId, matchRecords } from '../../../gateway/identity/match.ts'
import type { PreparedRecord } from '../../../gateway/identity/prepare.ts'
import { recordIdIn } from '../../../gateway/identity/records.ts'
import { identityRelations } from '../../../subgraphs/crm/identity-relations.ts'
import { link, record, rules } from './records.ts'

const now = new Date('2026-06-30T01:02:03Z')
const decision = { by: 'cli:mei', reason: 'asked the customer', now }

const accounts = [
  record('CRM', 'A1', 'Harbour Foods'),
  record('CRM', 'A2', 'Harbour Foods'),
  record('CRM', 'A3', 'Granite Shipyard'),
]
const erp = [record('ERP', '100', 'Harbour Foods'), record('ERP', '300', 'Granite Shipyard')]

function fixture(given: readonly Link[] = []) {
  const data = mkdtempSync(join(tmpdir(), 'isthmus-identity-'))
  const crosswalk = openCrosswalk(join(data, 'identity.sqlite'), identityRelations)
  for (const each of given) crosswalk.insert('identity_link', linkRow(each, '2026-01-01'))
  return {
    crosswalk,
    decisions: createDecisions(crosswalk),
    match: (records: readonly PreparedRecord[] = erp) => matched(crosswalk, records),
    links: () =>
      crosswalk
        .links()
        .map(
          ({ customerId, system, value, isPrimary }) =>
            `${customerId} ${system}:${value}${isPrimary ? '' : ' (further)'}`,
        ),
    proposed: () =>
      crosswalk
        .candidates()
        .map(({ system, value, crmAccountId }) => `${system}:${value} ${crmAccountId}`),
    kept: (columns: string) =>
      crosswalk.database
        .prepare(`SELECT ${columns} FROM identity_decision ORDER BY rowid`)
        .all()
        .map((row) => ({ ...row })),
    [Symbol.dispose]: () => {
      crosswalk[Symbol.dispose]()
      rmSync(data, { recursive: true })
    },
  }
}

/** A match of these records, kept. */
function matched(crosswalk: Crosswalk, records: readonly PreparedRecord[]): void {
  const found = matchRecords({
    accounts,
    records: [records],
    links: createLinks(crosswalk.links()),
    oldIds: new Set(crosswalk.aliases().keys()),
    rejected: crosswalk.rejected(),
    rules,
  })
  crosswalk.keep({
    ...found,
    findings: [],
    summaries: [],
    today: '2026-06-30',
    at: '2026-06-30T01:02:03Z',
  })
}

const refuses = (work: () => unknown, code: ErrorCode, message: RegExp) =>
  assert.throws(
    work,
    (error) => error instanceof AppError && error.code === code && message.test(error.message),
  )

const of = (account: string) => candidateId({ system: 'ERP', value: '100' }, account)
const duplicate = candidateId({ system: 'CRM', value: 'A2' }, 'A1')

describe('a candidate', () => {
  it('that is accepted is linked by hand, and nothing proposes it again', () => {
    using own = fixture()
    own.match()
    assert.deepEqual(own.proposed().toSorted(), ['CRM:A2 A1', 'ERP:100 A1', 'ERP:100 A2'])
    assert.equal(own.decisions.accept(of('A2'), decision), 'A2')
    assert.deepEqual(own.links(), ['A2 CRM:A2', 'A2 ERP:100', 'A3 CRM:A3', 'A3 ERP:300'])
    assert.deepEqual(
      own.crosswalk.links().find(({ value }) => value === '100'),
      link('A2', 'ERP', '100', { matchedBy: 'MANUAL' }),
    )
    own.match()
    assert.deepEqual(own.proposed(), ['CRM:A2 A1'])
    assert.deepEqual(own.kept('kind, system, value, crmAccountId, decidedBy, decidedAt, reason'), [
      {
        kind: 'ACCEPT',
        system: 'ERP',
        value: '100',
        crmAccountId: 'A2',
        decidedBy: 'cli:mei',
        decidedAt: '2026-06-30T01:02:03Z',
        reason: 'asked the customer',
      },
    ])
  })

  it('that is refused is never proposed again, and the other one is found then', () => {
    using own = fixture()
    own.match()
    own.decisions.reject(of('A1'), decision)
    own.decisions.reject(duplicate, decision)
    assert.deepEqual(own.proposed(), ['ERP:100 A2'])
    own.match()
    assert.deepEqual(own.proposed(), [])
    assert.ok(own.links().includes('A2 ERP:100'))
    own.match()
    assert.ok(own.links().includes('A2 ERP:100'))
  })

  it('that several customers claimed is the accepted one’s alone', () => {
    using own = fixture([
      link('C1', 'CRM', 'A1'),
      link('C3', 'CRM', 'A3'),
      link('C1', 'ERP', '100'),
      link('C3', 'ERP', '100', { confidence: 0.6 }),
      link('C3', 'ERP', '300', { isPrimary: false }),
    ])
    own.match()
    own.decisions.accept(of('A1'), decision)
    assert.deepEqual(own.links(), ['C1 CRM:A1', 'C1 ERP:100', 'C3 CRM:A3', 'C3 ERP:300'])
    own.match()
    assert.ok(!own.proposed().some((each) => each.startsWith('ERP:100')))
  })

  it('whose claim is refused loses it, and another link stands for the customer', () => {
    using own = fixture([
      link('C1', 'CRM', 'A1'),
      link('C3', 'CRM', 'A3'),
      link('C1', 'ERP', '100'),
      link('C3', 'ERP', '100', { confidence: 0.6 }),
      link('C3', 'ERP', '300', { isPrimary: false }),
    ])
    own.match()
    own.decisions.reject(of('A3'), decision)
    assert.deepEqual(own.links(), ['C1 CRM:A1', 'C1 ERP:100', 'C3 CRM:A3', 'C3 ERP:300'])
  })

  it('of two accounts is merged when it is accepted', () => {
    using own = fixture([
      link('C1', 'CRM', 'A1'),
      link('C2', 'CRM', 'A2'),
      link('C2', 'ERP', '100'),
    ])
    own.match()
    assert.equal(own.decisions.accept(duplicate, decision), 'C1')
    assert.deepEqual(own.links().slice(2), ['C1 CRM:A1', 'C1 CRM:A2 (further)', 'C1 ERP:100'])
    assert.deepEqual([...own.crosswalk.aliases()], [['C2', 'C1']])
    own.match()
    assert.deepEqual(own.proposed(), [])
  })

  it('that is not there is told', () => {
    using own = fixture()
    refuses(() => own.decisions.accept('K0', decision), 'NOT_FOUND', /no candidate "K0"/)
    refuses(() => own.decisions.reject('K0', decision), 'NOT_FOUND', /decided already/)
  })

  it('keeps the day on which it was first found', () => {
    using own = fixture()
    own.match()
    own.crosswalk.database.exec(`UPDATE identity_candidate SET foundOn = '2026-01-01'`)
    own.match()
    assert.deepEqual(
      new Set(own.crosswalk.candidates().map(({ foundOn }) => foundOn)),
      new Set(['2026-01-01']),
    )
  })
})

describe('a merge', () => {
  const two = [
    link('C1', 'CRM', 'A1'),
    link('C1', 'ERP', '100'),
    link('C2', 'CRM', 'A2'),
    link('C2', 'ERP', '200'),
    link('C2', 'FINANCE', 'D2'),
  ]

  it('moves all that the second one has, and keeps its id as another name of the first', () => {
    using own = fixture(two)
    own.decisions.merge('C1', 'C2', decision)
    assert.deepEqual(own.links(), [
      'C1 CRM:A1',
      'C1 CRM:A2 (further)',
      'C1 ERP:100',
      'C1 ERP:200 (further)',
      'C1 FINANCE:D2',
    ])
    assert.deepEqual([...own.crosswalk.aliases()], [['C2', 'C1']])
  })

  it('of a merged one leads every old id to the last', () => {
    using own = fixture([...two, link('C3', 'CRM', 'A3')])
    own.decisions.merge('C1', 'C2', decision)
    own.decisions.merge('C3', 'C1', decision)
    assert.deepEqual(Object.fromEntries(own.crosswalk.aliases()), { C1: 'C3', C2: 'C3' })
    refuses(() => own.decisions.merge('C2', 'C1', decision), 'BAD_USER_INPUT', /are one customer/)
  })

  it('is undone by splitting the old id, which gets back what it brought', () => {
    using own = fixture([...two, link('C3', 'CRM', 'A3')])
    const before = own.links()
    own.decisions.merge('C1', 'C2', decision)
    own.decisions.merge('C3', 'C1', decision)
    assert.deepEqual(own.decisions.split('C1', [], decision), ['C1'])
    assert.deepEqual([...own.crosswalk.aliases()], [['C2', 'C1']])
    own.decisions.split('C2', [], decision)
    assert.deepEqual(own.links(), before)
    assert.deepEqual([...own.crosswalk.aliases()], [])
    own.match([])
    assert.deepEqual(own.proposed(), [], 'who was split is not proposed as a duplicate')
  })

  it('of customers that are not there is refused, and nothing of it stays', () => {
    using own = fixture(two)
    refuses(() => own.decisions.merge('C1', 'C9', decision), 'NOT_FOUND', /no customer "C9"/)
    assert.equal(own.links().length, two.length)
    assert.deepEqual(own.kept('kind'), [])
  })
})

describe('a split', () => {
  const one = [
    link('C1', 'CRM', 'A1'),
    link('C1', 'CRM', 'A2', { isPrimary: false }),
    link('C1', 'ERP', '100'),
    link('C1', 'ERP', '101', { isPrimary: false }),
  ]

  it('takes a record out, for good', () => {
    using own = fixture(one)
    assert.deepEqual(own.decisions.split('C1', [{ system: 'ERP', value: '100' }], decision), [])
    assert.deepEqual(own.links(), ['C1 CRM:A1', 'C1 CRM:A2 (further)', 'C1 ERP:101'])
    own.match()
    assert.ok(!own.links().some((each) => each.includes('ERP:100')))
    assert.deepEqual(own.proposed(), [])
  })

  it('makes an account that is taken out a customer of its own', () => {
    using own = fixture(one)
    assert.deepEqual(own.decisions.split('C1', [{ system: 'CRM', value: 'A2' }], decision), ['A2'])
    assert.deepEqual(own.links(), ['A2 CRM:A2', 'C1 CRM:A1', 'C1 ERP:100', 'C1 ERP:101 (further)'])
    own.match([])
    assert.deepEqual(own.proposed(), [])
  })

  it('that names nothing, what is not there, or all there is, is refused', () => {
    using own = fixture(one)
    refuses(() => own.decisions.split('C1', [], decision), 'BAD_USER_INPUT', /was not merged/)
    const other = [{ system: 'ERP', value: '9' }] as const
    refuses(() => own.decisions.split('C1', other, decision), 'NOT_FOUND', /has no ERP:9/)
    const all = one.map(({ value, system }) => recordIdIn(`${system}:${value}`) ?? other[0])
    refuses(() => own.decisions.split('C1', all, decision), 'BAD_USER_INPUT', /no record left/)
    assert.equal(own.links().length, one.length)
  })
})
