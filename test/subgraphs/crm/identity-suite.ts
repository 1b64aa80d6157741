/** Customers by their keys, and what the crosswalk says of them when it is in doubt. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { asker, type SubgraphFixture } from '../../support/subgraph-fixture.ts'
import { entities } from './crm-rows.ts'

/** `open` makes the CRM of crm-rows.ts, with its crosswalk in the one kind of database or the other. */
export function customerKeySuite(kind: string, open: () => Promise<SubgraphFixture>): void {
  describe(`the keys of a customer, with the crosswalk in ${kind}`, () => {
    let fixture: SubgraphFixture
    let ask: ReturnType<typeof asker>
    before(async () => {
      fixture = await open()
      ask = asker(fixture)
    })
    after(() => fixture[Symbol.dispose]())

    const accountBy = async (key: string): Promise<string | null> =>
      (await ask(`{ customer(${key}) { crmAccountId } }`)).customer?.crmAccountId ?? null
    const found = async (filter: string): Promise<string[]> =>
      (
        await ask(`{ customers(filter: {${filter}}) { nodes { crmAccountId } } }`)
      ).customers.nodes.map((row: { crmAccountId: string }) => row.crmAccountId)

    it('are four, and each finds it', async () => {
      for (const key of [
        'id: "C1"',
        'crmAccountId: "A1"',
        'erpCustomerNo: "101"',
        'debtorNo: "D1"',
      ])
        assert.equal(await accountBy(key), 'A1', key)
    })

    it('that nobody has find nothing', async () => {
      for (const key of ['id', 'crmAccountId', 'erpCustomerNo', 'debtorNo'])
        assert.equal(await accountBy(`${key}: "X"`), null, key)
    })

    it('are taken one at a time', async () => {
      for (const args of ['', '(id: "C1", debtorNo: "D1")']) {
        const { errors } = await fixture.run(`{ customer${args} { name } }`)
        assert.equal(errors?.[0]?.extensions['code'], 'BAD_USER_INPUT')
      }
    })

    it('answer entities in order, in two statements for each key that needs the crosswalk', async () => {
      const of = [
        { crmAccountId: 'A3' },
        { id: 'C2' },
        { erpCustomerNo: '300' },
        { debtorNo: 'D1' },
        { id: 'nobody' },
        { id: 'C1', crmAccountId: 'A1' },
      ].map((key) => ({ __typename: 'Customer', ...key }))
      const { _entities } = await ask(entities, { of })
      assert.deepEqual(
        _entities.map((row: { crmAccountId: string } | null) => row?.crmAccountId ?? null),
        ['A3', 'A2', 'A3', 'A1', null, 'A1'],
      )
      const onCrosswalk = fixture.statements.filter(({ database }) => database === 'identity')
      // One more for ids that are nobody's: they may have been merged.
      assert.equal(onCrosswalk.length, 4)
    })

    it('that was merged away leads to the one that took its place', async () => {
      assert.equal(await accountBy('id: "C0"'), 'A1')
      const { customer } = await ask('{ customer(id: "C0") { id erpCustomerNo debtorNo } }')
      assert.deepEqual(customer, { id: 'C1', erpCustomerNo: '100', debtorNo: 'D1' })
      const of = [{ __typename: 'Customer', id: 'C0' }]
      const { _entities } = await ask(entities, { of })
      assert.equal(_entities[0].crmAccountId, 'A1')
      assert.deepEqual(await found('id: {in: ["C0"]}'), ['A1'])
    })

    it('an account that no crosswalk knows is its own id', async () => {
      const { customer } = await ask(
        '{ customer(id: "A7") { id crmAccountId erpCustomerNo erpCustomerNos debtorNo externalIds { value } } }',
      )
      assert.deepEqual(customer, {
        id: 'A7',
        crmAccountId: 'A7',
        erpCustomerNo: null,
        erpCustomerNos: [],
        debtorNo: null,
        externalIds: [],
      })
      assert.deepEqual(await found('id: {in: ["A7", "C2"]}'), ['A2', 'A7'])
    })

    it('count for one customer each, read in one statement for all of them', async () => {
      const { customers } = await ask(
        '{ customers(orderBy: {field: CREATED_ON}) { nodes { crmAccountId id erpCustomerNo erpCustomerNos debtorNo } } }',
      )
      assert.deepEqual(customers.nodes.map(Object.values), [
        ['A1', 'C1', '100', ['100', '101'], 'D1'],
        ['A2', 'C2', '200', ['200'], 'D2'],
        ['A3', 'C3', '300', ['300'], null],
        ['A4', 'C4', null, [], null],
        ['A5', 'C5', null, [], null],
        ['A6', 'C5', '500', ['500'], null],
        ['A7', 'A7', null, [], null],
      ])
      assert.equal(fixture.statements.length, 2)
    })

    it('that two customers claim name the surer match: by confidence, then by the lowest id', async () => {
      for (const [key, account] of [
        ['erpCustomerNo: "100"', 'A1'],
        ['erpCustomerNo: "300"', 'A3'],
        ['debtorNo: "D2"', 'A2'],
        ['erpCustomerNo: "500"', 'A6'],
      ] as const) {
        assert.equal(await accountBy(key), account, key)
        assert.deepEqual(await found(key.replace(/"(.*)"/, '{eq: "$1"}')), [account], key)
      }
      assert.deepEqual(await found('erpCustomerNo: {in: ["100", "200", "300", "nobody"]}'), [
        'A1',
        'A2',
        'A3',
      ])
    })

    it('of a customer whose account is surely another one’s find nobody', async () => {
      assert.equal(await accountBy('id: "C6"'), null)
      assert.equal(await accountBy('erpCustomerNo: "600"'), null)
    })

    it('that surely belong to a customer without an account are nobody else’s', async () => {
      assert.equal(await accountBy('erpCustomerNo: "800"'), null)
      assert.deepEqual(await found('erpCustomerNo: {eq: "800"}'), [])
    })

    it('are all shown with their match, those of the account’s customer only', async () => {
      const { one, two } = await ask(
        `{ one: customer(crmAccountId: "A1") { externalIds { system value } }
         two: customer(crmAccountId: "A2") { externalIds { system value isPrimary matchedBy confidence } } }`,
      )
      assert.deepEqual(
        one.externalIds.map((each: { system: string; value: string }) => each.value),
        ['A1', '100', '101', 'D1', 'M1'],
      )
      const match = { isPrimary: true, matchedBy: 'RULE' }
      assert.deepEqual(two.externalIds, [
        { system: 'CRM', value: 'A2', ...match, confidence: '1' },
        { system: 'ERP', value: '100', ...match, confidence: '0.6' },
        { system: 'ERP', value: '200', ...match, isPrimary: false, confidence: '1' },
        { system: 'FINANCE', value: 'D2', ...match, confidence: '0.9' },
      ])
    })
  })
}
