/** What configuration says of who may come in: every problem at once, and nothing unsafe. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { readConfig } from '../../gateway/config.ts'
import { signingKey } from '../../gateway/sources/internal-keys.ts'

function configOf(t: TestContext, yaml: object) {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-config-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'config.yaml')
  writeFileSync(file, JSON.stringify(yaml))
  return readConfig({ ISTHMUS_CONFIG: file })
}

const issuer = { issuer: 'https://login.example.com', audience: 'isthmus' }

describe('configured issuers', () => {
  it('need a name and an audience; the rest has safe values', (t) => {
    assert.deepEqual(configOf(t, { issuers: [issuer] }).issuers, [
      {
        ...issuer,
        jwksUrl: undefined,
        algorithms: ['RS256'],
        clockToleranceSeconds: 30,
        maxLifetimeSeconds: 86_400,
        groupsClaim: 'groups',
        clientIdClaim: 'client_id',
        scopeClaim: 'scope',
        partnerScopes: 'required',
        callers: 'all',
      },
    ])
  })

  it('may be on loopback without https, for tries', (t) => {
    const jwksUrl = 'http://127.0.0.1:9/keys'
    assert.equal(configOf(t, { issuers: [{ ...issuer, jwksUrl }] }).issuers[0]?.jwksUrl, jwksUrl)
  })

  const wrong: Readonly<Record<string, [object, RegExp]>> = {
    'a secret as the key': [{ algorithms: ['HS256'] }, /HS256" is none of RS256/],
    'no signature': [{ algorithms: ['none'] }, /none" is none of/],
    'discovery that anybody can change': [{ issuer: 'http://login.example.com' }, /must be https/],
    'keys that anybody can change': [{ jwksUrl: 'http://login.example.com/k' }, /must be https/],
    'tokens for years': [{ maxLifetimeSeconds: 31_536_000 }, /maxLifetimeSeconds/],
    'a clock that is hours off': [{ clockToleranceSeconds: 3_600 }, /clockToleranceSeconds/],
    'a mistyped key': [{ caller: 'partners' }, /"caller" is not known/],
    'no word of scopes': [{ partnerScopes: 'all' }, /none of required, optional, ignored/],
    'whose tokens': [{ callers: 'nobody' }, /none of employees, partners, all/],
  }
  for (const [what, [change, message]] of Object.entries(wrong)) {
    it(`are refused for ${what}`, (t) => {
      assert.throws(() => configOf(t, { issuers: [{ ...issuer, ...change }] }), {
        code: 'CONFIGURATION_INVALID',
        message,
      })
    })
  }
})

describe('what stands around the gateway', () => {
  it('has a public address by https, and proxies by address, all problems at once', (t) => {
    const good = { publicUrl: 'https://gateway.example.com/', trustedProxies: ['10.0.0.0/8'] }
    const { publicUrl, trustedProxies, maxUnseenDays } = configOf(t, good)
    assert.deepEqual(
      [publicUrl, trustedProxies, maxUnseenDays],
      ['https://gateway.example.com', ['10.0.0.0/8'], 30],
    )
    assert.throws(
      () =>
        configOf(t, {
          publicUrl: 'http://gateway.example.com',
          trustedProxies: ['proxy', 7],
          maxUnseenDays: 0,
        }),
      {
        message:
          /publicUrl.*must be https[^]*trustedProxies: expected a list[^]*"proxy" is no address[^]*maxUnseenDays/,
      },
    )
  })
})

describe('configured keys of systems', () => {
  const pem = (namedCurve: string) =>
    generateKeyPairSync('ec', { namedCurve })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString()

  it('are a secret of each system, made from one secret, or one private key', (t) => {
    const erp = { source: 'http', secret: 'e'.repeat(32), bindRequests: true }
    const config = configOf(t, { internalSecret: 'g'.repeat(32), systems: { erp } })
    assert.equal(config.system('erp').bindRequests, true)
    const keys = ['erp', 'crm', 'hr'].map((name) => signingKey(name, config, config.internalSecret))
    assert.deepEqual(keys[0], { algorithm: 'HS256', secret: erp.secret })
    assert.equal(new Set(keys.map((key) => JSON.stringify(key))).size, 3)
    const byKey = configOf(t, { internalKey: pem('P-256') })
    assert.equal(signingKey('crm', byKey, undefined)?.algorithm, 'ES256')
    assert.equal(signingKey('crm', configOf(t, {}), undefined), undefined)
  })

  it('are refused where they are weak, shared or of another kind', (t) => {
    const secret = 's'.repeat(32)
    const wrong: readonly [object, RegExp][] = [
      [{ internalSecret: 'short' }, /internalSecret: expected text of at least 32/],
      [{ internalKey: 'no key' }, /internalKey: expected a private key of the curve P-256/],
      [{ internalKey: pem('P-384') }, /internalKey: expected a private key of the curve P-256/],
      [{ internalKey: pem('P-256'), internalSecret: secret }, /exclude each other/],
      [{ systems: { erp: { secret: 'short' } } }, /systems\.erp\.secret: expected text/],
      [{ systems: { erp: { secret }, crm: { secret } } }, /systems: erp, crm have one secret/],
      [{ systems: { erp: { bindRequests: 'yes' } } }, /systems\.erp\.bindRequests: "yes"/],
    ]
    for (const [yaml, said] of wrong) assert.throws(() => configOf(t, yaml), said)
  })
})

describe('the mapping of a system', () => {
  it('is a name, or a path from the folder of the configuration', (t) => {
    const systems = { erp: { mapping: 'odoo-17' }, crm: { mapping: './own/crm' } }
    const config = configOf(t, { systems })
    assert.equal(config.system('erp').mapping, 'odoo-17')
    assert.match(String(config.system('crm').mapping), /^\/.*isthmus-config-[^/]*\/own\/crm$/)
    assert.equal(config.system('hr').mapping, undefined)
  })

  it('is a list where the system has several sources', (t) => {
    const [named, path] = [
      configOf(t, { systems: { erp: { mapping: ['erp-tw', './erp-de'] } } }).system('erp').mapping,
    ].flat()
    assert.equal(named, 'erp-tw')
    assert.match(path ?? '', /^\/.*\/erp-de$/)
    assert.throws(() => configOf(t, { systems: { erp: { mapping: ['erp-tw', 17] } } }), {
      message: /systems\.erp\.mapping: 17 is not text/,
    })
  })

  it('that is no text is refused', (t) => {
    assert.throws(() => configOf(t, { systems: { erp: { mapping: 17 } } }), {
      code: 'CONFIGURATION_INVALID',
      message: /systems\.erp\.mapping: 17 is not text/,
    })
  })
})

describe('the crosswalk', () => {
  it('is a file of the data folder, or a PostgreSQL', (t) => {
    const { crosswalk, data } = configOf(t, {})
    assert.deepEqual(crosswalk, { kind: 'sqlite', file: join(data, 'identity.sqlite') })
    const url = 'postgresql://isthmus:secret@127.0.0.1/isthmus'
    assert.deepEqual(configOf(t, { crosswalk: { url } }).crosswalk, {
      kind: 'postgresql',
      url,
      tls: undefined,
    })
  })

  it('is refused for a variable without a value, which must not mean the file', (t) => {
    assert.throws(() => configOf(t, { crosswalk: '${ISTHMUS_UNSET}' }), {
      message: /\n {2}crosswalk: expected an address/,
    })
  })
})

describe('the store', () => {
  const audit = { key: 'a key of the tests, of at least 32 characters' }

  it('is a file of the data folder, or a PostgreSQL', (t) => {
    const { store, data } = configOf(t, {})
    assert.deepEqual(store, { kind: 'sqlite', file: join(data, 'isthmus.sqlite') })
    const url = 'postgresql://isthmus:secret@127.0.0.1/isthmus'
    assert.deepEqual(configOf(t, { store: url, audit }).store, {
      kind: 'postgresql',
      url,
      tls: undefined,
    })
    const far = { url: 'postgres://isthmus:secret@db.example.com/isthmus', tls: {} }
    assert.equal(configOf(t, { store: far, audit }).store.kind, 'postgresql')
  })

  const url = 'postgresql://isthmus:secret@127.0.0.1/isthmus'
  const wrong: Readonly<Record<string, [object, RegExp]>> = {
    'a variable without a value': [
      { store: '${ISTHMUS_UNSET}', audit },
      /store: expected an address/,
    ],
    'an empty value': [{ store: null, audit }, /store: expected an address/],
    'another kind': [{ store: 'mysql://a:b@127.0.0.1/c', audit }, /store: .*is of another kind/],
    'no user': [{ store: 'postgresql://127.0.0.1/c', audit }, /store: .*names no user/],
    'a server far away without tls': [
      { store: 'postgresql://a:b@db.example.com/c', audit },
      /store: tls is needed/,
    ],
    'a certificate that is not there': [
      { store: { url, tls: { ca: 'none.pem' } }, audit },
      /store\.tls\.ca: there is no/,
    ],
    'an unknown key': [{ store: { url, pool: 3 }, audit }, /store: "pool" is not known/],
    'an unknown key of tls': [
      { store: { url, tls: { cert: 'a' } }, audit },
      /store\.tls: expected ca/,
    ],
    'an audit with a key of each folder': [{ store: url }, /audit\.key: a shared store needs one/],
  }
  for (const [what, [yaml, message]] of Object.entries(wrong)) {
    it(`is refused for ${what}, and the password is not told`, (t) => {
      assert.throws(
        () => configOf(t, yaml),
        (error: Error) => {
          assert.match(error.message, message)
          assert.ok(!error.message.includes('secret'))
          return true
        },
      )
    })
  }
})
