/** Tokens over their life: created, used, rotated, revoked, expired, in one process and in two; over any store. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { markChanged } from '../../../gateway/store/store.ts'
import type { By, CreateToken } from '../../../gateway/tokens/administration.ts'
import type { OpenPlace } from '../../support/stores.ts'
import { openTokens, partner } from '../../support/token-store.ts'

const by: By = { subject: 'kao.admin' }
const request: CreateToken = { subject: partner, name: 'ERP sync', days: 90, addresses: null }
const hour = 3_600_000
const day = 24 * hour

export function issuedSuite(openPlace: OpenPlace): void {
  describe('creating a token', () => {
    it('shows it once, and keeps its hash and its last four characters', async () => {
      await using place = await openPlace()
      await using tokens = await openTokens(place)
      const { token, secret } = await tokens.administration.create(request, by)
      assert.ok(secret)
      assert.equal(token.lastFour, secret.slice(-4))
      assert.equal(token.expiresAt, tokens.clock.now + 90 * day)
      assert.equal(token.createdBy, 'kao.admin')
      const kept = JSON.stringify(await place.run('SELECT * FROM issued_token'))
      assert.ok(kept.includes('ERP sync')) // so that it is the table that has it
      assert.ok(!kept.includes(secret.slice(13, 40)))
      const { claims } = await tokens.verify(secret, '192.0.2.1')
      assert.deepEqual(claims, { subject: partner, groups: [] })
    })

    it('is done once for each idempotency key, and shows nothing the second time', async () => {
      await using place = await openPlace()
      await using tokens = await openTokens(place)
      const { administration } = tokens
      const once = { ...by, idempotencyKey: 'k1' }
      const first = await administration.create(request, once)
      const again = await administration.create(request, once)
      assert.equal(again.token.id, first.token.id)
      assert.equal(again.secret, null)
      assert.equal(await administration.count(null), 1)
      await assert.rejects(administration.create({ ...request, days: 1 }, once), {
        code: 'IDEMPOTENCY_KEY_REUSED',
      })
      const other = await administration.create(request, { ...once, subject: 'somebody.else' })
      assert.notEqual(other.token.id, first.token.id)
    })

    it('is refused when anything is wrong, with all that is', async () => {
      await using place = await openPlace()
      await using tokens = await openTokens(place)
      const wrong: Readonly<Record<string, [Partial<CreateToken>, RegExp]>> = {
        'nobody’s plan': [{ subject: 'kao.admin' }, /no partner plan/],
        'no expiry': [{ days: 0 }, /from 1 to 365/],
        'a long life': [{ days: 366 }, /from 1 to 365/],
        'half a day': [{ days: 0.5 }, /from 1 to 365/],
        'no name': [{ name: ' ' }, /one line/],
        'a name of two lines': [{ name: 'a\nb' }, /one line/],
        'no address at all': [{ addresses: [] }, /nobody in/],
        'a wrong address': [{ addresses: ['10.0.0.0/99'] }, /no address/],
        'a scope beyond the plan': [{ scopes: ['hr:salary:read'] }, /no scope "hr:salary:read"/],
        'two things': [{ days: 0, name: '' }, /one line.*from 1 to 365/],
      }
      for (const [what, [change, message]] of Object.entries(wrong)) {
        await assert.rejects(
          tokens.administration.create({ ...request, ...change }, by),
          { code: 'BAD_USER_INPUT', message },
          what,
        )
      }
      assert.equal(await tokens.administration.count(null), 0)
    })
  })

  describe('a token in use', () => {
    it('is good until it expires, and from its addresses only', async () => {
      await using place = await openPlace()
      await using tokens = await openTokens(place)
      const { secret } = await tokens.administration.create(
        { ...request, addresses: ['192.0.2.0/24'] },
        by,
      )
      assert.ok(secret)
      assert.ok(await tokens.verify(secret, '192.0.2.9'))
      await assert.rejects(tokens.verify(secret, '198.51.100.1'), {
        message: /not for this address/,
      })
      await assert.rejects(tokens.verify(secret, undefined), { message: /not for this address/ })
      tokens.clock.now += 90 * day - 1
      assert.ok(await tokens.verify(secret, '192.0.2.9'))
      tokens.clock.now += 1
      await assert.rejects(tokens.verify(secret, '192.0.2.9'), { message: /EXPIRED/ })
    })

    it('has its uses counted, written together', async () => {
      await using place = await openPlace()
      await using tokens = await openTokens(place)
      const { token, secret } = await tokens.administration.create(request, by)
      assert.ok(secret)
      for (let time = 0; time < 3; time += 1) await tokens.verify(secret, undefined)
      const find = () => tokens.administration.find(token.id)
      assert.equal((await find()).uses, 0)
      await assert.rejects(tokens.grants.lastGrant('nobody')) // writes what is noted
      const { uses, lastUsedAt } = await find()
      assert.deepEqual([uses, lastUsedAt], [3, tokens.clock.now])
    })

    it('is not looked up again while nothing changes', async () => {
      await using place = await openPlace()
      await using tokens = await openTokens(place)
      const { secret } = await tokens.administration.create(request, by)
      assert.ok(secret)
      await tokens.verify(secret, undefined)
      // Past the store, so that its revision does not know of it.
      await place.run('DELETE FROM issued_token')
      assert.ok(await tokens.verify(secret, undefined))
      await tokens.store.transaction('callers', markChanged)
      await assert.rejects(tokens.verify(secret, undefined), { message: /unknown token/ })
    })
  })

  describe('a rotation', () => {
    it('gives a new token, and the old one stays good for the overlap', async () => {
      await using place = await openPlace()
      await using tokens = await openTokens(place)
      const { administration, clock, verify } = tokens
      const first = await administration.create({ ...request, addresses: ['192.0.2.1'] }, by)
      assert.ok(await verify(first.secret ?? '', '192.0.2.1')) // so that it is remembered
      clock.now += day
      const { token, secret, replaced } = await administration.rotate(
        { id: first.token.id, days: null, overlapHours: 2 },
        by,
      )
      assert.ok(first.secret !== null && secret !== null)
      assert.deepEqual(
        [token.name, token.subject, token.addresses, token.expiresAt - token.createdAt],
        ['ERP sync', partner, ['192.0.2.1'], 90 * day],
      )
      assert.deepEqual([replaced.replacedBy, replaced.expiresAt], [token.id, clock.now + 2 * hour])
      assert.ok(await verify(first.secret, '192.0.2.1'))
      clock.now += 2 * hour
      await assert.rejects(verify(first.secret ?? '', '192.0.2.1'), { message: /EXPIRED/ })
      assert.ok(await verify(secret, '192.0.2.1'))
    })

    it('never makes the old one live longer, and is done once for each key', async () => {
      await using place = await openPlace()
      await using tokens = await openTokens(place)
      const { administration, clock } = tokens
      const { token } = await administration.create({ ...request, days: 1 }, by)
      const rotation = { id: token.id, days: 30, overlapHours: 720 }
      const once = { ...by, idempotencyKey: 'r1' }
      const first = await administration.rotate(rotation, once)
      assert.equal(first.replaced.expiresAt, clock.now + day)
      const again = await administration.rotate(rotation, once)
      assert.deepEqual([again.token.id, again.secret], [first.token.id, null])
      await assert.rejects(administration.rotate(rotation, by), { code: 'TOKEN_NOT_ACTIVE' })
      await assert.rejects(administration.rotate({ ...rotation, id: 'tok_?' }, by), {
        code: 'NOT_FOUND',
      })
      await assert.rejects(administration.rotate({ ...rotation, overlapHours: -1 }, by), {
        code: 'BAD_USER_INPUT',
      })
    })

    it('of a partner whose plan is gone is refused', async () => {
      await using place = await openPlace()
      await using tokens = await openTokens(place)
      const { token } = await tokens.administration.create(request, by)
      tokens.partners.clear()
      await assert.rejects(
        tokens.administration.rotate({ id: token.id, days: null, overlapHours: 0 }, by),
        { code: 'BAD_USER_INPUT', message: /no partner plan/ },
      )
    })
  })

  describe('a revocation', () => {
    it('holds from the next request, in this process and in another', async () => {
      await using place = await openPlace()
      await using tokens = await openTokens(place)
      await using other = await openTokens(place)
      const { token, secret } = await tokens.administration.create(request, by)
      assert.ok(secret)
      assert.ok(await tokens.verify(secret, undefined))
      assert.ok(await other.verify(secret, undefined))
      const revoked = await other.administration.revoke(token.id, by)
      assert.deepEqual([revoked.revokedBy, revoked.revokedAt], ['kao.admin', other.clock.now])
      await assert.rejects(tokens.verify(secret, undefined), { message: /REVOKED/ })
      await assert.rejects(other.verify(secret, undefined), { message: /REVOKED/ })
    })

    it('may be repeated, and stays as it was', async () => {
      await using place = await openPlace()
      await using tokens = await openTokens(place)
      const { administration, clock } = tokens
      const { token } = await administration.create(request, by)
      const first = await administration.revoke(token.id, by)
      clock.now += day
      assert.deepEqual(await administration.revoke(token.id, { subject: 'other' }), first)
      await assert.rejects(administration.revoke('tok_?', by), { code: 'NOT_FOUND' })
    })
  })

  describe('the list of tokens', () => {
    it('has the newest first, page by page, of all or of one', async () => {
      await using place = await openPlace()
      await using tokens = await openTokens(place)
      const { administration, clock } = tokens
      tokens.partners.add('partner:other')
      for (const subject of [partner, 'partner:other', partner]) {
        await administration.create({ ...request, subject }, by)
      }
      clock.now += 1
      const { token: newest } = await administration.create(request, by)
      await tokens.store.transaction('callers', (inside) =>
        administration.grantAccess(inside, { subject: partner, scopes: null, seconds: 600 }),
      )
      const ids = async (subject: string | null, limit: number, after = null) =>
        await administration.page({ subject, limit, after })
      const all = await ids(null, 10)
      assert.equal(all[0]?.id, newest.id)
      assert.equal(all.length, 4) // access tokens are not among them
      const [first, second] = all
      assert.ok(first && second)
      const rest = await administration.page({ subject: null, limit: 10, after: second })
      assert.deepEqual(
        [first, second, ...rest].map(({ id }) => id),
        all.map(({ id }) => id),
      )
      assert.equal((await ids(partner, 10)).length, 3)
      assert.equal(await administration.count('partner:other'), 1)
    })
  })
}
