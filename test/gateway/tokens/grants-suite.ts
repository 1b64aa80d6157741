/** Subjects over time: disabled, seen lately, seen too long ago, partners whose plan is gone; over any store. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OpenPlace } from '../../support/stores.ts'
import { openTokens, partner } from '../../support/token-store.ts'

const day = 24 * 3_600_000
const mei = { subject: 'mei.lin', kind: 'EMPLOYEE', groups: ['isthmus-sales'] } as const

export function grantsSuite(openPlace: OpenPlace): void {
  describe('a run without a token', () => {
    it('goes by the groups that were seen last, in every process', async () => {
      await using place = await openPlace()
      await using tokens = await openTokens(place)
      tokens.grants.seen({ ...mei, groups: ['isthmus-admin'] })
      tokens.grants.seen(mei)
      assert.deepEqual(await tokens.grants.lastGrant('mei.lin'), {
        subject: 'mei.lin',
        groups: ['isthmus-sales'],
      })
      await using other = await openTokens(place)
      assert.deepEqual((await other.grants.lastGrant('mei.lin')).groups, ['isthmus-sales'])
    })

    it('is refused when its subject was never seen, or not for thirty days', async () => {
      await using place = await openPlace()
      await using tokens = await openTokens(place)
      await assert.rejects(tokens.grants.lastGrant('mei.lin'), { code: 'SUBJECT_UNSEEN' })
      tokens.grants.seen(mei)
      tokens.clock.now += 30 * day
      assert.ok(await tokens.grants.lastGrant('mei.lin'))
      tokens.clock.now += 1
      await assert.rejects(tokens.grants.lastGrant('mei.lin'), { code: 'SUBJECT_UNSEEN' })
      tokens.grants.seen(mei)
      assert.ok(await tokens.grants.lastGrant('mei.lin'))
    })

    it('is refused when its subject is disabled, and goes on when it is enabled', async () => {
      await using place = await openPlace()
      await using tokens = await openTokens(place)
      tokens.grants.seen(mei)
      await tokens.grants.lastGrant('mei.lin')
      await tokens.grants.disable('mei.lin', 'kao.admin')
      await assert.rejects(tokens.grants.lastGrant('mei.lin'), { code: 'SUBJECT_DISABLED' })
      await tokens.grants.enable('mei.lin')
      assert.deepEqual((await tokens.grants.lastGrant('mei.lin')).groups, ['isthmus-sales'])
    })

    it('of a partner is refused when its plan is gone: it is no employee', async () => {
      await using place = await openPlace()
      await using tokens = await openTokens(place)
      tokens.grants.seen({ subject: partner, kind: 'PARTNER', groups: [] })
      assert.ok(await tokens.grants.lastGrant(partner))
      tokens.partners.clear()
      await assert.rejects(tokens.grants.lastGrant(partner), { code: 'SUBJECT_UNSEEN' })
    })
  })

  describe('a subject that is barred', () => {
    it('is so from the next request in every process, seen before or not', async () => {
      await using place = await openPlace()
      await using tokens = await openTokens(place)
      await using other = await openTokens(place)
      assert.equal(await tokens.bar('mei.lin'), null)
      assert.equal(await other.bar('mei.lin'), null)
      const known = await other.grants.disable('mei.lin', 'kao.admin')
      assert.equal(known.disabledBy, 'kao.admin')
      assert.match((await tokens.bar('mei.lin')) ?? '', /disabled/)
      await tokens.grants.enable('mei.lin')
      assert.equal(await other.bar('mei.lin'), null)
      await assert.rejects(tokens.grants.enable('nobody'), { code: 'NOT_FOUND' })
    })

    it('is also a partner without its plan, until an administrator says otherwise', async () => {
      await using place = await openPlace()
      await using tokens = await openTokens(place)
      tokens.grants.seen({ subject: partner, kind: 'PARTNER', groups: [] })
      tokens.partners.clear()
      assert.match((await tokens.bar(partner)) ?? '', /plan is gone/)
      await tokens.grants.lastGrant(partner).catch(() => undefined) // writes what is noted
      await using other = await openTokens(place)
      other.partners.clear()
      assert.match((await other.bar(partner)) ?? '', /plan is gone/)
      await other.grants.enable(partner)
      assert.equal(await other.bar(partner), null)
    })

    it('is known as a partner in every process once it has been seen in one', async () => {
      await using place = await openPlace()
      await using tokens = await openTokens(place)
      await using other = await openTokens(place)
      other.partners.clear() // its policy was changed already
      assert.equal(await other.bar(partner), null) // what is remembered from now on
      tokens.grants.seen({ subject: partner, kind: 'PARTNER', groups: [] })
      await tokens.grants.lastGrant(partner)
      assert.match((await other.bar(partner)) ?? '', /plan is gone/)
      await tokens.grants.enable(partner)
      tokens.partners.clear()
      await tokens.grants.enable(partner) // as what it is now
      assert.equal(await other.bar(partner), null)
    })
  })
}
