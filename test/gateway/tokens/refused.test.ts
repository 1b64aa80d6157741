/** The word by which a refusal is counted, behind what the caller sees and what libraries say. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { buildSchema, isEnumType } from 'graphql'
import { errors } from 'jose'
import { AppError } from '#shared/errors.ts'
import { platformSdl } from '../../../gateway/platform/schema.ts'
import { unauthenticated } from '../../../gateway/tokens/callers.ts'
import { CallerRefused, reasonOf, refusalReasons } from '../../../gateway/tokens/refused.ts'

describe('the reason of a refusal', () => {
  const claim = (name: string) => new errors.JWTClaimValidationFailed('wrong', {}, name)
  const cases: readonly (readonly [expected: string, error: unknown])[] = [
    ['REVOKED', new CallerRefused('REVOKED', 'tok_1 is REVOKED')],
    ['MALFORMED', new CallerRefused('MALFORMED', 'no JWT', { cause: new errors.JWTInvalid() })],
    ['MALFORMED', new errors.JWSInvalid()],
    ['EXPIRED', new errors.JWTExpired('expired', {}, 'exp')],
    ['AUDIENCE', claim('aud')],
    ['ISSUER', claim('iss')],
    ['CLAIMS', claim('nbf')],
    ['SIGNATURE', new errors.JWSSignatureVerificationFailed()],
    ['SIGNATURE', new errors.JWKSNoMatchingKey()],
    ['SIGNATURE', new errors.JOSEAlgNotAllowed()],
    ['OTHER', new errors.JWKSTimeout()],
    ['OTHER', new TypeError('fetch failed')],
    ['OTHER', 'no error at all'],
  ]
  for (const [expected, error] of cases) {
    it(`is ${expected} for ${error instanceof Error ? error.message : String(error)}`, () => {
      assert.equal(reasonOf(error), expected)
      // As a verifier says it, and as the caller gets it.
      const cause = new AppError('UNAUTHENTICATED', 'The request has no valid token.', {
        cause: error,
      })
      assert.equal(reasonOf(unauthenticated(cause)), expected)
    })
  }

  it('is one of those that the schema has', () => {
    const type = buildSchema(platformSdl(), { assumeValidSDL: true }).getType('AuditReason')
    assert.ok(isEnumType(type))
    assert.deepEqual(
      type.getValues().map(({ name }) => name),
      refusalReasons,
    )
  })
})
