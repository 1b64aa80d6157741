/** From a verified token to a principal, while the policy changes. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it, type TestContext } from 'node:test'
import { readPolicy, type Policy } from '../../../gateway/policy/policy.ts'
import { createPrincipals } from '../../../gateway/policy/principals.ts'
import { createCallers } from '../../../gateway/tokens/callers.ts'
import type { Verified } from '../../../gateway/tokens/verified.ts'
import { inFile } from '../../support/stores.ts'
import { openTokens } from '../../support/token-store.ts'

/** Plans of suppliers with these names. */
function policyOf(t: TestContext, names: readonly string[]): Policy {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-callers-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'roles.yaml'), 'roles: {}')
  mkdirSync(join(folder, 'partners'))
  for (const name of names)
    writeFileSync(
      join(folder, 'partners', `${name}.yaml`),
      `subject: partner:${name}\naudience: SUPPLIER\nrows: own_supplier\nparameters: { supplierNo: [${name}] }\nscopes: [a:b:read]\n`,
    )
  return readPolicy(folder, null)
}

it('a token that is remembered speaks for whom the policy has now', async (t) => {
  await using place = await inFile()
  await using tokens = await openTokens(place)
  // As a verifier remembers it: the same object each time.
  const verified: Verified = {
    claims: { subject: 'partner:own', groups: [] },
    clientId: 'partner:client',
    partnerScopes: ['a:b:read'],
    callers: 'partners',
  }
  let policy = policyOf(t, ['own', 'client'])
  const callers = createCallers({
    verify: () => Promise.resolve(verified),
    verifyIssued: () => assert.fail('no token of ours'),
    grants: tokens.grants,
    revision: () => tokens.store.revision(),
    policy: () => policy,
    principals: createPrincipals({
      policy: () => policy,
      ask: () => Promise.resolve(null),
      now: () => performance.now(),
    }),
  })
  const ask = async () =>
    (await callers.authenticate({ authorization: 'Bearer a.b.c', address: undefined })).principal
  const first = await ask()
  assert.deepEqual([first.subject, first.audience], ['partner:client', 'SUPPLIER'])
  assert.deepEqual(first.rows?.parameters, { supplierNo: ['client'] })
  policy = policyOf(t, ['own'])
  const second = await ask()
  assert.deepEqual([second.subject, second.audience], ['partner:own', 'SUPPLIER'])
  assert.deepEqual(second.rows?.parameters, { supplierNo: ['own'] })
  policy = policyOf(t, [])
  await assert.rejects(ask(), { code: 'UNAUTHENTICATED' })
})
