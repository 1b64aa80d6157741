/** The keys of an issuer: discovered, rotated, late, wrong, gone; known ones go on, nobody is flooded. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { Issuer } from '../../../gateway/config/issuers.ts'
import { createVerifier } from '../../../gateway/tokens/verify.ts'
import {
  plainIssuer,
  signed,
  signingKey,
  startIssuer,
  type TestIssuer,
} from '../../support/issuer.ts'

const minute = 60_000
const [one, two] = await Promise.all([signingKey('one'), signingKey('two')])

/** A verifier of its own, and a clock that only the test moves. */
function verifierOf(t: TestContext, { url, jwksUrl }: TestIssuer, change: Partial<Issuer> = {}) {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const problems: unknown[] = []
  const verify = createVerifier({
    issuers: [{ ...plainIssuer, issuer: url, jwksUrl, ...change }],
    demoSecret: undefined,
    now: () => Date.now(),
    onProblem: (error) => problems.push(error),
  })
  let number = 0
  return {
    problems,
    pass: (milliseconds: number) => t.mock.timers.tick(milliseconds),
    /** A token that was never seen before, so that it cannot be remembered. */
    fresh: async (key = one) =>
      await verify(signed(key, { issuer: url, jwtid: String((number += 1)) })),
    verify,
  }
}

const refused = { code: 'UNAUTHENTICATED', message: 'The request has no valid token.' }

describe('the keys of an issuer', () => {
  it('are found by discovery, once', async (t) => {
    await using issuer = await startIssuer([one.jwk])
    const { fresh } = verifierOf(t, issuer, { jwksUrl: undefined })
    await fresh()
    await fresh()
    assert.deepEqual(issuer.asked, { keys: 1, discovery: 1 })
  })

  it('are not taken from the document of another issuer, nor from an unsafe address', async (t) => {
    await using issuer = await startIssuer([one.jwk])
    const { fresh, pass } = verifierOf(t, issuer, { jwksUrl: undefined })
    issuer.describes = 'https://other.example.com'
    await assert.rejects(fresh(), refused)
    assert.equal(issuer.asked.keys, 0)
    issuer.describes = issuer.url
    issuer.names = 'http://keys.example.com/'
    pass(minute)
    await assert.rejects(fresh(), refused)
    issuer.names = null
    pass(minute)
    await fresh()
  })

  it('are asked for again when a token has an unknown one, and then not for a while', async (t) => {
    await using issuer = await startIssuer([one.jwk])
    const { fresh, pass } = verifierOf(t, issuer)
    await fresh()
    issuer.answer.keys = [two.jwk]
    await assert.rejects(fresh(two), refused) // just had
    pass(31_000)
    await fresh(two)
    assert.equal(issuer.asked.keys, 2)
    for (let time = 0; time < 5; time += 1) await assert.rejects(fresh(one), refused)
    assert.equal(issuer.asked.keys, 2)
  })

  it('are asked for once, however many come at the same time', async (t) => {
    await using issuer = await startIssuer([one.jwk])
    issuer.answer.delayMs = 50
    const { fresh } = verifierOf(t, issuer)
    await Promise.all(Array.from({ length: 20 }, () => fresh()))
    assert.equal(issuer.asked.keys, 1)
  })

  const broken: Readonly<Record<string, Partial<TestIssuer['answer']>>> = {
    'answers an error': { status: 503 },
    'answers a page': { text: '<html>login</html>' },
    'answers other JSON': { text: '{"keys":"none"}' },
    'answers no key': { keys: [] },
    'answers too much': { text: `{"keys":[],"x":"${'x'.repeat(600_000)}"}` },
  }
  for (const [what, answer] of Object.entries(broken)) {
    it(`an issuer that ${what}: known keys go on, unknown ones are refused, it is not flooded`, async (t) => {
      await using issuer = await startIssuer([one.jwk])
      const { fresh, pass, problems } = verifierOf(t, issuer)
      await fresh()
      Object.assign(issuer.answer, answer)
      pass(31_000)
      for (let time = 0; time < 5; time += 1) {
        await assert.rejects(fresh(two), refused)
        await fresh(one)
      }
      assert.deepEqual([issuer.asked.keys, problems.length], [2, 1])
      pass(11 * minute) // the keys are no longer fresh, and cannot be had anew
      await fresh(one)
      // It is asked in the background; who asks meanwhile gets what it answered then.
      while (problems.length < 2) await new Promise(setImmediate)
      Object.assign(issuer.answer, { status: 200, text: null, keys: [two.jwk] })
      pass(31_000)
      await fresh(two)
    })
  }

  it('that cannot be had for a day are no longer trusted', async (t) => {
    await using issuer = await startIssuer([one.jwk])
    const { fresh, pass } = verifierOf(t, issuer)
    await fresh()
    issuer.answer.status = 503
    pass(25 * 60 * minute)
    await assert.rejects(fresh(), refused)
  })

  it('that were withdrawn are no longer trusted once the issuer says so', async (t) => {
    await using issuer = await startIssuer([one.jwk, two.jwk])
    const { fresh, pass } = verifierOf(t, issuer)
    await fresh(two)
    issuer.answer.keys = [one.jwk]
    pass(11 * minute)
    await fresh(one) // behind whose back they are asked for
    while (issuer.asked.keys < 2) await new Promise(setImmediate)
    await assert.rejects(
      async () => {
        for (;;) await fresh(two)
      },
      refused,
      'the new keys have arrived',
    )
  })
})

describe('what an issuer’s tokens say', () => {
  it('has its groups where the issuer puts them', async (t) => {
    await using issuer = await startIssuer([one.jwk])
    const groupsOf = async (groupsClaim: string, claims: object) => {
      const { verify } = verifierOf(t, issuer, { groupsClaim })
      t.mock.timers.reset()
      return (await verify(signed(one, { issuer: issuer.url }, claims))).claims.groups
    }
    assert.deepEqual(await groupsOf('roles', { roles: ['a', 1] }), ['a'])
    assert.deepEqual(await groupsOf('realm.roles', { realm: { roles: ['b'] } }), ['b'])
    assert.deepEqual(await groupsOf('https://x.y/z', { 'https://x.y/z': ['c'] }), ['c'])
    assert.deepEqual(await groupsOf('constructor.name', {}), [])
    assert.deepEqual(await groupsOf('roles', { roles: 'a' }), [])
  })
})
