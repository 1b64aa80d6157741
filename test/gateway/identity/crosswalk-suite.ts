/**
 * The crosswalk on one kind of database: what people decide is kept with who and why, survives a match, and
 * old ids go on to resolve. The same expectations for every kind.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { AppError, type ErrorCode } from '#shared/errors.ts'
import type { OwnPlace } from '#shared/own/address.ts'
import { openCrosswalk, type Crosswalk } from '../../../gateway/identity/crosswalk.ts'
import { createDecisions } from '../../../gateway/identity/decisions.ts'
import { createLinks, type Link } from '../../../gateway/identity/links.ts'
import { candidateId, matchRecords } from '../../../gateway/identity/match.ts'
import type { PreparedRecord } from '../../../gateway/identity/prepare.ts'
import { recordIdIn } from '../../../gateway/identity/records.ts'
import { linkRow } from '../../../gateway/identity/rows.ts'
import { identityRelations } from '../../../subgraphs/crm/identity-relations.ts'
import { link, record, rules } from './records.ts'

/** Databases of one kind. */
export interface CrosswalkPlaces {
  /** An empty one. */
  fresh(): Promise<OwnPlace>
  drop(): Promise<void>
}

// In Taipei it is the first of July already.
const now = new Date('2026-06-30T16:02:03Z')
const decision = { by: 'cli:mei', reason: 'asked the customer', now }

const accounts = [
  record('CRM', 'A1', 'Harbour Foods'),
  record('CRM', 'A2', 'Harbour Foods'),
  record('CRM', 'A3', 'Granite Shipyard'),
]
const erp = [record('ERP', '100', 'Harbour Foods'), record('ERP', '300', 'Granite Shipyard')]

async function openFixture(place: OwnPlace, given: readonly Link[] = []) {
  const crosswalk = await openCrosswalk(place, identityRelations)
  await crosswalk.write((rows) =>
    rows.insert(
      'identity_link',
      given.map((each) => linkRow(each, '2026-01-01')),
    ),
  )
  return {
    crosswalk,
    decisions: createDecisions({ crosswalk, timeZone: 'Asia/Taipei' }),
    match: (records: readonly PreparedRecord[] = erp) => matched(crosswalk, records),
    links: async () =>
      (await crosswalk.state()).links.map(
        ({ customerId, system, value, isPrimary }) =>
          `${customerId} ${system}:${value}${isPrimary ? '' : ' (further)'}`,
      ),
    aliases: async () => Object.fromEntries((await crosswalk.state()).aliases),
    proposed: async () =>
      (await crosswalk.candidates()).map(
        ({ system, value, crmAccountId }) => `${system}:${value} ${crmAccountId}`,
      ),
    kept: () =>
      crosswalk.write(async ({ db, decoded }) =>
        decoded(
          'identity_decision',
          await db.selectFrom('identity_decision').selectAll().orderBy('number').execute(),
        ),
      ),
    [Symbol.asyncDispose]: () => crosswalk[Symbol.asyncDispose](),
  }
}

/** A match of these records, kept. */
async function matched(crosswalk: Crosswalk, records: readonly PreparedRecord[]): Promise<void> {
  const { links, aliases, rejected, revision } = await crosswalk.state()
  const found = matchRecords({
    accounts,
    records: [records],
    links: createLinks(links),
    oldIds: new Set(aliases.keys()),
    rejected,
    rules,
  })
  await crosswalk.keep({
    ...found,
    findings: [],
    summaries: [],
    revision,
    today: '2026-07-01',
    at: '2026-06-30T16:02:03Z',
  })
}

const refuses = (work: () => Promise<unknown>, code: ErrorCode, message: RegExp) =>
  assert.rejects(
    work,
    (error) => error instanceof AppError && error.code === code && message.test(error.message),
  )

const of = (account: string) => candidateId({ system: 'ERP', value: '100' }, account)
const duplicate = candidateId({ system: 'CRM', value: 'A2' }, 'A1')

export function crosswalkSuite(kind: string, make: () => Promise<CrosswalkPlaces>): void {
  describe(`the crosswalk in ${kind}`, () => {
    let places: CrosswalkPlaces
    before(async () => {
      places = await make()
    })
    after(() => places.drop())
    const fixture = async (given: readonly Link[] = []) =>
      await openFixture(await places.fresh(), given)

    describe('a candidate', () => {
      it('that is accepted is linked by hand, and nothing proposes it again', async () => {
        await using own = await fixture()
        await own.match()
        assert.deepEqual((await own.proposed()).toSorted(), [
          'CRM:A2 A1',
          'ERP:100 A1',
          'ERP:100 A2',
        ])
        assert.equal(await own.decisions.accept(of('A2'), decision), 'A2')
        assert.deepEqual(await own.links(), ['A2 CRM:A2', 'A2 ERP:100', 'A3 CRM:A3', 'A3 ERP:300'])
        assert.deepEqual(
          (await own.crosswalk.state()).links.find(({ value }) => value === '100'),
          link('A2', 'ERP', '100', { matchedBy: 'MANUAL' }),
        )
        await own.match()
        assert.deepEqual(await own.proposed(), ['CRM:A2 A1'])
        const [{ id, ...first } = {}, ...others] = await own.kept()
        assert.ok(id)
        assert.deepEqual(
          [first, ...others],
          [
            {
              number: 1,
              kind: 'ACCEPT',
              system: 'ERP',
              value: '100',
              crmAccountId: 'A2',
              customerId: 'A2',
              otherCustomerId: null,
              moved: null,
              decidedBy: 'cli:mei',
              decidedAt: '2026-06-30T16:02:03Z',
              reason: 'asked the customer',
            },
          ],
        )
      })

      it('that is refused is never proposed again, and the other one is found then', async () => {
        await using own = await fixture()
        await own.match()
        await own.decisions.reject(of('A1'), decision)
        await own.decisions.reject(duplicate, decision)
        assert.deepEqual(await own.proposed(), ['ERP:100 A2'])
        await own.match()
        assert.deepEqual(await own.proposed(), [])
        assert.ok((await own.links()).includes('A2 ERP:100'))
        await own.match()
        assert.ok((await own.links()).includes('A2 ERP:100'))
      })

      it('that several customers claimed is the accepted one’s alone', async () => {
        await using own = await fixture([
          link('C1', 'CRM', 'A1'),
          link('C3', 'CRM', 'A3'),
          link('C1', 'ERP', '100'),
          link('C3', 'ERP', '100', { confidence: 0.6 }),
          link('C3', 'ERP', '300', { isPrimary: false }),
        ])
        await own.match()
        await own.decisions.accept(of('A1'), decision)
        assert.deepEqual(await own.links(), ['C1 CRM:A1', 'C1 ERP:100', 'C3 CRM:A3', 'C3 ERP:300'])
        await own.match()
        assert.ok(!(await own.proposed()).some((each) => each.startsWith('ERP:100')))
      })

      it('whose claim is refused loses it, and another link stands for the customer', async () => {
        await using own = await fixture([
          link('C1', 'CRM', 'A1'),
          link('C3', 'CRM', 'A3'),
          link('C1', 'ERP', '100'),
          link('C3', 'ERP', '100', { confidence: 0.6 }),
          link('C3', 'ERP', '300', { isPrimary: false }),
        ])
        await own.match()
        await own.decisions.reject(of('A3'), decision)
        assert.deepEqual(await own.links(), ['C1 CRM:A1', 'C1 ERP:100', 'C3 CRM:A3', 'C3 ERP:300'])
      })

      it('of two accounts is merged when it is accepted', async () => {
        await using own = await fixture([
          link('C1', 'CRM', 'A1'),
          link('C2', 'CRM', 'A2'),
          link('C2', 'ERP', '100'),
        ])
        await own.match()
        assert.equal(await own.decisions.accept(duplicate, decision), 'C1')
        assert.deepEqual((await own.links()).slice(2), [
          'C1 CRM:A1',
          'C1 CRM:A2 (further)',
          'C1 ERP:100',
        ])
        assert.deepEqual(await own.aliases(), { C2: 'C1' })
        await own.match()
        assert.deepEqual(await own.proposed(), [])
      })

      it('that is not there is told', async () => {
        await using own = await fixture()
        await refuses(() => own.decisions.accept('K0', decision), 'NOT_FOUND', /no candidate "K0"/)
        await refuses(() => own.decisions.reject('K0', decision), 'NOT_FOUND', /decided already/)
      })

      it('keeps the day on which it was first found', async () => {
        await using own = await fixture()
        await own.match()
        await own.crosswalk.write(({ db }) =>
          db.updateTable('identity_candidate').set({ foundOn: '2026-01-01' }).execute(),
        )
        await own.match()
        assert.deepEqual(
          new Set((await own.crosswalk.candidates()).map(({ foundOn }) => foundOn)),
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

      it('of two that claimed the same record is undone whole: both claim it again', async () => {
        await using own = await fixture([
          link('C1', 'CRM', 'A1'),
          link('C1', 'ERP', '100'),
          link('C2', 'CRM', 'A2'),
          link('C2', 'ERP', '100', { confidence: 0.6, matchedBy: 'IMPORT' }),
          link('C2', 'ERP', '200', { isPrimary: false }),
        ])
        const before = await own.crosswalk.state()
        await own.decisions.merge({ survivor: 'C1', merged: 'C2' }, decision)
        assert.deepEqual(await own.links(), [
          'C1 CRM:A1',
          'C1 CRM:A2 (further)',
          'C1 ERP:100',
          'C1 ERP:200 (further)',
        ])
        await own.decisions.split({ id: 'C2', records: [] }, decision)
        assert.deepEqual((await own.crosswalk.state()).links, before.links)
      })

      it('is undone but for what somebody decided about since', async () => {
        await using own = await fixture([
          ...two,
          link('C3', 'CRM', 'A3'),
          link('C2', 'ERP', '100', { isPrimary: false }),
        ])
        await own.decisions.merge({ survivor: 'C1', merged: 'C2' }, decision)
        const records = ['ERP:100', 'ERP:200'].flatMap((each) => recordIdIn(each) ?? [])
        await own.decisions.split({ id: 'C1', records }, decision)
        await own.decisions.split({ id: 'C2', records: [] }, decision)
        assert.deepEqual(await own.links(), [
          'C1 CRM:A1',
          'C2 CRM:A2',
          'C2 FINANCE:D2',
          'C3 CRM:A3',
        ])
      })

      it('is dated by the day of the company', async () => {
        await using own = await fixture([link('C1', 'CRM', 'A1'), link('C2', 'ERP', '200')])
        await own.decisions.merge({ survivor: 'C1', merged: 'C2' }, decision)
        const since = await own.crosswalk.write(({ db }) =>
          db.selectFrom('identity_alias').select('since').execute(),
        )
        assert.deepEqual(
          since.map((row) => row.since),
          ['2026-07-01'],
        )
      })

      it('moves all that the second one has, and keeps its id as another name of the first', async () => {
        await using own = await fixture(two)
        await own.decisions.merge({ survivor: 'C1', merged: 'C2' }, decision)
        assert.deepEqual(await own.links(), [
          'C1 CRM:A1',
          'C1 CRM:A2 (further)',
          'C1 ERP:100',
          'C1 ERP:200 (further)',
          'C1 FINANCE:D2',
        ])
        assert.deepEqual(await own.aliases(), { C2: 'C1' })
      })

      it('of a merged one leads every old id to the last', async () => {
        await using own = await fixture([...two, link('C3', 'CRM', 'A3')])
        await own.decisions.merge({ survivor: 'C1', merged: 'C2' }, decision)
        await own.decisions.merge({ survivor: 'C3', merged: 'C1' }, decision)
        assert.deepEqual(await own.aliases(), { C1: 'C3', C2: 'C3' })
        await refuses(
          () => own.decisions.merge({ survivor: 'C2', merged: 'C1' }, decision),
          'BAD_USER_INPUT',
          /are one customer/,
        )
      })

      it('is undone by splitting the old id, which gets back what it brought', async () => {
        await using own = await fixture([...two, link('C3', 'CRM', 'A3')])
        const before = await own.links()
        await own.decisions.merge({ survivor: 'C1', merged: 'C2' }, decision)
        await own.decisions.merge({ survivor: 'C3', merged: 'C1' }, decision)
        assert.deepEqual(await own.decisions.split({ id: 'C1', records: [] }, decision), ['C1'])
        assert.deepEqual(await own.aliases(), { C2: 'C1' })
        await own.decisions.split({ id: 'C2', records: [] }, decision)
        assert.deepEqual(await own.links(), before)
        assert.deepEqual(await own.aliases(), {})
        await own.match([])
        assert.deepEqual(await own.proposed(), [], 'who was split is not proposed as a duplicate')
      })

      it('of customers that are not there is refused, and nothing of it stays', async () => {
        await using own = await fixture(two)
        await refuses(
          () => own.decisions.merge({ survivor: 'C1', merged: 'C9' }, decision),
          'NOT_FOUND',
          /no customer "C9"/,
        )
        assert.equal((await own.links()).length, two.length)
        assert.deepEqual(await own.kept(), [])
      })
    })

    describe('a split', () => {
      const one = [
        link('C1', 'CRM', 'A1'),
        link('C1', 'CRM', 'A2', { isPrimary: false }),
        link('C1', 'ERP', '100'),
        link('C1', 'ERP', '101', { isPrimary: false }),
      ]

      it('takes a record out, for good', async () => {
        await using own = await fixture(one)
        assert.deepEqual(
          await own.decisions.split(
            { id: 'C1', records: [{ system: 'ERP', value: '100' }] },
            decision,
          ),
          [],
        )
        assert.deepEqual(await own.links(), ['C1 CRM:A1', 'C1 CRM:A2 (further)', 'C1 ERP:101'])
        await own.match()
        assert.ok(!(await own.links()).some((each) => each.includes('ERP:100')))
        assert.deepEqual(await own.proposed(), [])
      })

      it('makes an account that is taken out a customer of its own', async () => {
        await using own = await fixture(one)
        assert.deepEqual(
          await own.decisions.split(
            { id: 'C1', records: [{ system: 'CRM', value: 'A2' }] },
            decision,
          ),
          ['A2'],
        )
        assert.deepEqual(await own.links(), [
          'A2 CRM:A2',
          'C1 CRM:A1',
          'C1 ERP:100',
          'C1 ERP:101 (further)',
        ])
        await own.match([])
        assert.deepEqual(await own.proposed(), [])
      })

      it('that names nothing, what is not there, or all there is, is refused', async () => {
        await using own = await fixture(one)
        await refuses(
          () => own.decisions.split({ id: 'C1', records: [] }, decision),
          'BAD_USER_INPUT',
          /was not merged/,
        )
        const other = [{ system: 'ERP', value: '9' }] as const
        await refuses(
          () => own.decisions.split({ id: 'C1', records: other }, decision),
          'NOT_FOUND',
          /has no ERP:9/,
        )
        const all = one.map(({ value, system }) => recordIdIn(`${system}:${value}`) ?? other[0])
        await refuses(
          () => own.decisions.split({ id: 'C1', records: all }, decision),
          'BAD_USER_INPUT',
          /no record left/,
        )
        assert.equal((await own.links()).length, one.length)
      })
    })

    describe('several who change it', () => {
      const accountsOf = (count: number) =>
        Array.from({ length: count }, (_, at) => link(`C${at}`, 'CRM', `A${at}`))

      it('at the same time wait for each other, and each decision is kept', async () => {
        const place = await places.fresh()
        await using one = await openFixture(place, accountsOf(20))
        await using other = await openFixture(place)
        await Promise.all(
          Array.from({ length: 19 }, (_, at) => {
            const { decisions } = at % 2 === 0 ? one : other
            return decisions.merge({ survivor: 'C0', merged: `C${at + 1}` }, decision)
          }),
        )
        assert.equal(Object.keys(await other.aliases()).length, 19)
        assert.ok((await one.links()).every((each) => each.startsWith('C0 ')))
        assert.deepEqual(
          (await one.kept()).map((each) => each.number),
          Array.from({ length: 19 }, (_, at) => at + 1),
        )
      })

      it('may open it at the same moment, where it is not there yet', async () => {
        const place = await places.fresh()
        const opened = await Promise.all(
          Array.from({ length: 4 }, () => openCrosswalk(place, identityRelations)),
        )
        for (const each of opened) {
          assert.deepEqual((await each.state()).links, [])
          await each[Symbol.asyncDispose]()
        }
      })

      it('while records are compared, make the match begin anew', async () => {
        await using own = await fixture()
        await own.match()
        const state = await own.crosswalk.state()
        await own.decisions.reject(of('A1'), decision)
        const stale = { candidates: [], findings: [], summaries: [], today: '', at: '' }
        await refuses(
          () => own.crosswalk.keep({ ...stale, links: [], revision: state.revision }),
          'CROSSWALK_CHANGED',
          /match again/,
        )
        assert.deepEqual((await own.proposed()).toSorted(), ['CRM:A2 A1', 'ERP:100 A2'])
      })

      it('send a decision twice with one key, and it is made once', async () => {
        await using own = await fixture(accountsOf(3))
        const keyed = { ...decision, idempotencyKey: 'k1' }
        const pair = { survivor: 'C0', merged: 'C1' }
        assert.equal(await own.decisions.merge(pair, keyed), 'C0')
        assert.equal(await own.decisions.merge(pair, keyed), 'C0')
        assert.equal((await own.kept()).length, 1)
        await refuses(
          () => own.decisions.merge({ survivor: 'C0', merged: 'C2' }, keyed),
          'IDEMPOTENCY_KEY_REUSED',
          /take a new one/,
        )
        await refuses(
          () => own.decisions.merge(pair, { ...keyed, by: 'somebody else' }),
          'BAD_USER_INPUT',
          /are one customer/,
        )
        const later = { ...keyed, now: new Date('2026-07-08T16:02:03Z') }
        await refuses(
          () => own.decisions.merge(pair, later),
          'BAD_USER_INPUT',
          /are one customer/, // a key is remembered for a week
        )
        await refuses(
          () => own.decisions.merge(pair, { ...keyed, idempotencyKey: '' }),
          'BAD_USER_INPUT',
          /1 to 200 characters/,
        )
      })
    })

    it('takes the time of the rows that are named, not of all there are', async () => {
      const many = Array.from({ length: 20_000 }, (_, at) => link(`X${at}`, 'ERP', `9${at}`))
      await using own = await fixture([...many, link('C1', 'CRM', 'A1'), link('C1', 'ERP', '100')])
      const candidate = { system: 'ERP', value: '100', crmAccountId: 'A1' } as const
      const id = candidateId(candidate, 'A1')
      const row = { ...candidate, id, reason: 'LIKELY', score: '0.8', evidence: '{}' }
      await own.crosswalk.write((rows) =>
        rows.insert('identity_candidate', [{ ...row, foundOn: '2026-01-01' }]),
      )
      const started = performance.now()
      await own.decisions.reject(id, decision)
      const took = performance.now() - started
      assert.ok(took < 500, `${took} ms`)
      assert.ok(!(await own.links()).includes('C1 ERP:100'))
    })
  })
}
