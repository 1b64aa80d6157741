/** The crosswalk in PostgreSQL, by the same expectations as in a file. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { appErrorIn } from '#shared/errors.ts'
import { openCrosswalk } from '../../gateway/identity/crosswalk.ts'
import { createDecisions } from '../../gateway/identity/decisions.ts'
import { openStore } from '../../gateway/store/store.ts'
import { identityRelations } from '../../subgraphs/crm/identity-relations.ts'
import { crosswalkSuite } from '../gateway/identity/crosswalk-suite.ts'
import { crmFixtureOver } from '../subgraphs/crm/crm-rows.ts'
import { customerKeySuite } from '../subgraphs/crm/identity-suite.ts'
import { matchingSuite } from '../subgraphs/crm/matching-suite.ts'
import { subgraph } from '../../subgraphs/crm/subgraph.ts'
import { testDatabase, type TestDatabase } from '../support/database-servers.ts'
import { asker, fixtureOverOwn } from '../support/subgraph-fixture.ts'

crosswalkSuite('PostgreSQL', async () => {
  const database = await testDatabase('postgresql')
  const tables = [...Object.keys(identityRelations), 'isthmus_meta']
  return {
    fresh: async () => {
      await database.owner(`DROP TABLE IF EXISTS ${tables.join(', ')}`)
      return { kind: 'postgresql', url: database.ownerUrl }
    },
    drop: async () => {
      await database[Symbol.asyncDispose]()
    },
  }
})

const databases: TestDatabase[] = []
after(async () => {
  for (const each of databases) await each[Symbol.asyncDispose]()
})
async function newDatabase(): Promise<TestDatabase> {
  const database = await testDatabase('postgresql')
  databases.push(database)
  return database
}

for (const suite of [customerKeySuite, matchingSuite])
  suite('PostgreSQL', async () =>
    crmFixtureOver({ kind: 'postgresql', url: (await newDatabase()).ownerUrl }),
  )

describe('a crosswalk in PostgreSQL', () => {
  const customer = '{ customer(id: "C0") { crmAccountId } }'

  it('is read by an account that may only read, once its tables are made', async () => {
    const database = await newDatabase()
    const reading = { kind: 'postgresql', url: database.url } as const
    await assert.rejects(openCrosswalk(reading, identityRelations), {
      code: 'DATABASE_OUTDATED',
      message: /may not make them/,
    })
    using owner = await crmFixtureOver({ kind: 'postgresql', url: database.ownerUrl })
    using reader = await fixtureOverOwn(subgraph, { crm: {} }, { crosswalk: reading })
    const account = { crmAccountId: 'A1' }
    assert.deepEqual((await asker(owner)(customer)).customer, account)
    const { identityReport } = await asker(reader)('{ identityReport { checkedAt } }')
    assert.deepEqual(identityReport, { checkedAt: '2026-06-30T01:02:03Z' })
  })

  it('keeps its rows when a new version adds to its tables', async () => {
    const database = await newDatabase()
    const place = { kind: 'postgresql', url: database.ownerUrl } as const
    using owner = await crmFixtureOver({ kind: 'postgresql', url: database.ownerUrl })
    await database.owner(
      'ALTER TABLE identity_decision DROP COLUMN number',
      'DROP TABLE identity_request',
      `UPDATE isthmus_meta SET value = 'older'`,
    )
    await using crosswalk = await openCrosswalk(place, identityRelations)
    assert.equal((await crosswalk.state()).links.length > 10, true)
    assert.deepEqual((await asker(owner)(customer)).customer, { crmAccountId: 'A1' })
    const found = await database.owner(
      `SELECT column_name FROM information_schema.columns WHERE table_name = 'identity_decision' AND column_name = 'number'`,
    )
    assert.equal(found.length, 1)
  })

  it('of another version is refused, and stays as it is', async () => {
    const database = await newDatabase()
    const place = { kind: 'postgresql', url: database.ownerUrl } as const
    await using made = await openCrosswalk(place, identityRelations)
    await database.owner(
      'ALTER TABLE identity_alias ADD COLUMN strange text',
      `UPDATE isthmus_meta SET value = 'newer'`,
    )
    await assert.rejects(openCrosswalk(place, identityRelations), {
      code: 'DATABASE_OUTDATED',
      message: /"identity_alias" has the columns/,
    })
    assert.deepEqual((await made.state()).links, [])
  })

  it('that somebody has locked is told after five seconds, and can be changed again', async () => {
    const database = await newDatabase()
    const place = { kind: 'postgresql', url: database.ownerUrl } as const
    await using crosswalk = await openCrosswalk(place, identityRelations)
    const decisions = createDecisions({ crosswalk, timeZone: 'Asia/Taipei' })
    const decide = (survivor: string) =>
      decisions.merge({ survivor, merged: 'C9' }, { by: 'test', reason: null, now: new Date() })
    const lock = `hashtextextended('isthmus crosswalk', 0)`
    await database.owner(`SELECT pg_advisory_lock(${lock})`)
    // As many as the pool has connections: none of them may be left in a transaction that failed.
    const refused = await Promise.allSettled(['C1', 'C2', 'C3', 'C4'].map(decide))
    for (const each of refused)
      assert.equal(
        each.status === 'rejected' && appErrorIn(each.reason)?.code,
        'SOURCE_UNAVAILABLE',
      )
    await database.owner(`SELECT pg_advisory_unlock(${lock})`)
    for (const id of ['C1', 'C2', 'C3', 'C4', 'C5'])
      await assert.rejects(decide(id), { code: 'NOT_FOUND' })
  })

  it('that is not on its server is told in the words in which a store is, without its address', async () => {
    const { ownerUrl } = await newDatabase()
    const url = Object.assign(new URL(ownerUrl), { pathname: '/nowhere' }).href
    const place = { kind: 'postgresql', url } as const
    const refusal = (name: string, code: string) => ({
      code,
      message: `The database "${name}" is not on its server under the name in ${name}.`,
    })
    const opening = openCrosswalk(place, identityRelations)
    await assert.rejects(opening, refusal('crosswalk', 'SOURCE_UNAVAILABLE'))
    await assert.rejects(openStore(place), refusal('store', 'STORE_UNAVAILABLE'))
  })

  it('whose server does not answer fails only what needs it, and is found again', async () => {
    const database = await newDatabase()
    using _ = await crmFixtureOver({ kind: 'postgresql', url: database.ownerUrl })
    using fixture = await fixtureOverOwn(
      subgraph,
      { crm: { segment: [{ code: 'KEY', name: 'Key' }] } },
      { crosswalk: { kind: 'postgresql', url: database.url } },
    )
    database.proxy.refuses = true
    const question = '{ segments { code } identityReport { checkedAt } }'
    const { data, errors } = await fixture.run(question)
    assert.deepEqual(JSON.parse(JSON.stringify(data)), {
      segments: [{ code: 'KEY' }],
      identityReport: null,
    })
    assert.ok(errors?.[0])
    assert.equal(errors[0].extensions['code'], 'SOURCE_UNAVAILABLE')
    assert.doesNotMatch(errors[0].message, /127\.0\.0\.1|SELECT/)
    database.proxy.refuses = false
    const { identityReport } = await asker(fixture)(question)
    assert.deepEqual(identityReport, { checkedAt: '2026-06-30T01:02:03Z' })
  })
})
