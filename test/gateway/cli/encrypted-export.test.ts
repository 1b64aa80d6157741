/** `isthmus report run --encrypt-for`: who can open it, what is inside, and what is missing. */
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import {
  compactDecrypt,
  compactVerify,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  type JSONWebKeySet,
} from 'jose'
import { stringify } from 'yaml'
import { isthmus, repository } from '../../support/cli.ts'
import { startHttp, type HttpGateway } from '../../support/http.ts'
import { writePartner } from '../../support/partner-file.ts'

const plan = 'harbour-distribution'
const own = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true })
const proving = await generateKeyPair('RSA-OAEP-256', { extractable: true })
const jwk = async ({ publicKey }: typeof own, more: object) => ({
  ...(await exportJWK(publicKey)),
  ...more,
})

describe('an export for a partner', () => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-export-'))
  let gateway: HttpGateway
  let env: Record<string, string>
  const write = (name: string, keys: object) => writePartner(join(folder, 'policy'), name, keys)
  before(async () => {
    cpSync(join(repository, 'gateway/policy'), join(folder, 'policy'), { recursive: true })
    writeFileSync(join(folder, 'config.yaml'), '')
    const keys = [
      await jwk(proving, { kid: 'proves' }),
      await jwk(proving, { kid: 'enc-1', use: 'enc' }),
    ]
    write(plan, {
      jwks: { keys },
      export: { jwks: { keys: [await jwk(own, { kid: 'export-1' })] } },
    })
    write('only-proves', { jwks: { keys: keys.slice(0, 1) } })
    write('marked', { jwks: { keys } })
    write('away', { export: { jwksUrl: 'http://127.0.0.1:1/keys' } })
    gateway = await startHttp((config) => ({ ...config, policy: join(folder, 'policy') }))
    env = { ISTHMUS_DATA: gateway.graph.data, ISTHMUS_CONFIG: join(folder, 'config.yaml') }
  })
  after(async () => {
    await gateway[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  const report = (...args: string[]) => isthmus(['report', 'run', 'order-to-cash', ...args], env)
  const opened = async (text: string, key = own.privateKey) => {
    const { plaintext, protectedHeader } = await compactDecrypt(text.trim(), key)
    const jwks = (await (
      await fetch(`${gateway.url}/.well-known/jwks.json`)
    ).json()) as JSONWebKeySet
    const signed = await compactVerify(plaintext, createLocalJWKSet(jwks))
    const { cty, aud } = signed.protectedHeader
    const inside = Buffer.from(signed.payload).toString()
    return { kid: protectedHeader.kid, cty, aud, text: inside }
  }

  for (const [format, cty] of [
    ['csv', 'text/csv'],
    ['json', 'json'],
  ] as const) {
    it(`as ${format} holds what the partner itself would get, signed by the gateway`, async () => {
      const [sealed, plain] = await Promise.all([
        report('--format', format, '--encrypt-for', plan),
        report('--format', format, '--as', 'partner'),
      ])
      assert.deepEqual([sealed.code, plain.code], [0, 0], sealed.stderr)
      const { text, ...headers } = await opened(sealed.stdout)
      assert.deepEqual(headers, { kid: 'export-1', cty, aud: `partner:${plan}` })
      assert.ok(text.length > 300)
      assert.equal(text, plain.stdout)
      await assert.rejects(opened(sealed.stdout, proving.privateKey))
    })
  }

  it('holds the answer of --as or of --token where one is given', async () => {
    const over = ['--url', `${gateway.url}/graphql`, '--token', gateway.token('admin')]
    const [as, remote, plain] = await Promise.all([
      report('--as', 'admin', '--encrypt-for', `partner:${plan}`),
      report(...over, '--encrypt-for', plan),
      report('--as', 'admin'),
    ])
    assert.equal((await opened(as.stdout)).text, plain.stdout)
    assert.equal((await opened(remote.stdout)).text, plain.stdout)
  })

  it('is for a key that proves who a partner is only where it says so', async () => {
    const { stdout } = await report('--encrypt-for', 'marked')
    assert.equal((await opened(stdout, proving.privateKey)).kid, 'enc-1')
  })

  it('is refused with what is missing, and nothing is asked', async () => {
    const refused = async (partner: string, more: Readonly<Record<string, string>> = {}) => {
      const args = ['report', 'run', 'order-to-cash', '--encrypt-for', partner]
      const { code, stdout, stderr } = await isthmus(args, { ...env, ...more })
      assert.deepEqual([code, stdout], [1, ''])
      return stderr
    }
    assert.match(await refused('nobody'), /^NOT_FOUND: There is no partner plan "nobody"; there/)
    const noKey =
      /^NOT_ACCEPTABLE: Nothing can be encrypted for "partner:[\w-]+": .* under "export" of its partner file/
    assert.match(await refused('only-proves'), noKey)
    assert.match(await refused('north-agency'), noKey)
    const away = await refused('away')
    assert.match(away, /^SOURCE_UNAVAILABLE: The keys of the partner could not be fetched/)
    assert.ok(!away.includes('127.0.0.1'))
    writeFileSync(
      join(folder, 'production.yaml'),
      stringify({
        issuers: [{ issuer: 'https://login.example.com', audience: 'isthmus' }],
        internalSecret: 'a secret of the tests, of at least 32 characters',
      }),
    )
    const production = { ISTHMUS_MODE: 'production', ISTHMUS_CONFIG: `${folder}/production.yaml` }
    assert.match(await refused(plan, production), /^NOT_ACCEPTABLE: .*answerKeys in config\.yaml/)
    await isthmus(['subject', 'disable', `partner:${plan}`], env)
    assert.match(await refused(plan), /^SUBJECT_DISABLED: /)
    await isthmus(['subject', 'enable', `partner:${plan}`], env)
  })

  it('token explain tells the keys apart, without what they are', async () => {
    const explain = async (partner: string, ...args: string[]) =>
      (await isthmus(['token', 'explain', partner, ...args], env)).stdout
    const said = await explain(plan)
    assert.match(said, /^Keys: proves \(RSA\); enc-1 \(RSA, use enc\)$/m)
    assert.match(said, /^Export keys: export-1 \(EC, P-256\)$/m)
    assert.match(await explain('marked'), /^Export keys: enc-1 \(RSA, use enc\)$/m)
    assert.match(await explain('only-proves'), /^Export keys: none$/m)
    assert.match(await explain('away'), /^Keys: none\nExport keys: those at http:\S+keys$/m)
    const { keys, exportKeys } = JSON.parse(await explain(plan, '--json'))
    assert.deepEqual(exportKeys, [{ kid: 'export-1', use: null, kty: 'EC', crv: 'P-256' }])
    assert.deepEqual(keys[0], { kid: 'proves', use: null, kty: 'RSA', crv: null })
    assert.doesNotMatch(await explain('kao.admin'), /^Keys/m)
  })
})
