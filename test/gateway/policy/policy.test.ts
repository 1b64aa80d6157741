/** The policy files: what is wrong with them stops the start, all of it at once. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { AppError } from '#shared/errors.ts'
import { readPolicy } from '../../../gateway/policy/policy.ts'

const known = new Set(['a:b:read', 'c:d:read'])

function folderOf(t: TestContext, roles: string, partners: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-policy-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'roles.yaml'), roles)
  if (Object.keys(partners).length > 0) mkdirSync(join(folder, 'partners'))
  for (const [name, text] of Object.entries(partners))
    writeFileSync(join(folder, 'partners', name), text)
  return folder
}

describe('the policy files', () => {
  it('give the scopes of all roles that a subject and its groups have, and no others', (t) => {
    const policy = readPolicy(
      folderOf(
        t,
        'roles: { one: { scopes: [a:b:read] }, all: { scopes: ["*"] } }\nsubjects: { eve: [one] }\ngroups: { boss: [all] }',
      ),
      known,
    )
    assert.deepEqual(policy.scopesOf('nobody', ['unknown']), [])
    assert.deepEqual(policy.scopesOf('eve', []), ['a:b:read'])
    assert.deepEqual(policy.scopesOf('eve', ['boss']), ['a:b:read', 'c:d:read'])
    assert.equal(policy.partner('eve'), undefined)
  })

  it('are refused with every problem, its file and its line', (t) => {
    const folder = folderOf(t, 'roles: { one: { scopes: [a:b:raed] } }\nsubjects: { eve: [two] }', {
      'x.yaml':
        'subject: partner:x\naudience: EMPLOYEE\nrows: own_customers\nscopes:\n  - "*"\n  - nope',
    })
    assert.throws(() => readPolicy(folder, known), {
      code: 'CONFIGURATION_INVALID',
      message: [
        'Policy:',
        'roles.yaml:1: roles.one.scopes: no field asks for the scope "a:b:raed"',
        'roles.yaml:2: subjects.eve: there is no role "two"',
        'x.yaml:6: scopes: no field asks for the scope "nope"',
        "x.yaml:5: scopes: a partner's scopes are named one by one",
        'x.yaml:2: "audience" is none of CUSTOMER, SUPPLIER, DISTRIBUTOR, PARTNER_SYSTEM',
        'x.yaml:3: parameters: own_customers needs a value of "crmAccountId"',
      ].join('\n  '),
    })
  })

  it('exclude tags that the schema has', (t) => {
    const excluding = (tags: string) =>
      folderOf(t, '', {
        'x.yaml': `subject: partner:x\naudience: SUPPLIER\nrows: own_supplier\nparameters: { supplierNo: [S1] }\nexcludedTags: ${tags}`,
      })
    const tags = new Set(['pricing'])
    const [partner] = readPolicy(excluding('[pricing]'), known, { tags }).partners
    assert.deepEqual(partner?.excludedTags, ['pricing'])
    assert.throws(() => readPolicy(excluding('[pricing, prices]'), known, { tags }), {
      message: 'Policy:\n  x.yaml:5: excludedTags: nothing in the schema has the tag "prices"',
    })
    assert.doesNotThrow(() => readPolicy(excluding('[prices]'), known, { tags, isForeign: true }))
  })

  const partnerWith = (rows: string) =>
    `subject: partner:x\naudience: SUPPLIER\n${rows}\nscopes: [a:b:read]`

  it('give a partner the rule that limits it, with what it compares with', (t) => {
    const folder = folderOf(t, 'roles: {}', {
      'x.yaml': partnerWith('rows: region_customers\nparameters: { region: [N, S] }'),
    })
    assert.deepEqual(readPolicy(folder, known).partner('partner:x')?.rows, {
      rule: 'region_customers',
      parameters: { region: ['N', 'S'] },
    })
  })

  const tooMany = JSON.stringify(Array.from({ length: 201 }, (_, at) => `A${at}`))
  const rules: readonly [wrong: string, rows: string, line: number, problem: string][] = [
    [
      'a rule that nobody declares',
      'rows: own_regions\nparameters: { region: [N] }',
      3,
      'rows: there is no row rule "own_regions", only own_customers, region_customers, own_supplier, own_orders, own_department',
    ],
    [
      'a name that every object has',
      'rows: toString',
      3,
      'rows: there is no row rule "toString", only own_customers, region_customers, own_supplier, own_orders, own_department',
    ],
    ['no rule', 'parameters: { region: [N] }', 1, '"rows" is missing or not text'],
    [
      'a parameter that is missing',
      'rows: region_customers',
      3,
      'parameters: region_customers needs a value of "region"',
    ],
    [
      'a parameter without a value',
      'rows: region_customers\nparameters: { region: [] }',
      4,
      'parameters: region_customers needs a value of "region"',
    ],
    [
      'a parameter that the rule does not read',
      'rows: region_customers\nparameters: { region: [N], debtorNo: [D1] }',
      4,
      'parameters: region_customers takes no "debtorNo", only region',
    ],
    [
      'more values than a rule carries',
      `rows: own_customers\nparameters: { crmAccountId: ${tooMany} }`,
      4,
      'parameters.crmAccountId: more than 200 values; name a rule that is a predicate',
    ],
  ]
  for (const [wrong, rows, line, problem] of rules) {
    it(`are refused with ${wrong}`, (t) => {
      const folder = folderOf(t, 'roles: {}', { 'x.yaml': partnerWith(rows) })
      assert.throws(() => readPolicy(folder, known), {
        code: 'CONFIGURATION_INVALID',
        message: `Policy:\n  x.yaml:${line}: ${problem}`,
      })
    })
  }

  it('are refused with a key that nobody reads, which may be a mistyped one', (t) => {
    const folder = folderOf(
      t,
      'roles:\n  one:\n    scopes: []\n    row: own_orders\ngroup: { a: [one] }',
      {
        'x.yaml': `${partnerWith('rows: region_customers\nparameters: { region: [N] }')}\nlimit: { depth: 3 }`,
        'y.yaml': `${partnerWith('rows: region_customers\nparameters: { region: [N] }').replace(':x', ':y')}\nlimits:\n  depht: 3`,
      },
    )
    assert.throws(
      () => readPolicy(folder, known),
      ({ message }: Error) => {
        const [, ...problems] = message.split('\n').map((each) => each.trim())
        assert.deepEqual(
          problems.map((each) => each.replace(/(?:, only|; there are) .*/, '')),
          [
            'roles.yaml:5: "group" is not known',
            'roles.yaml:4: "roles.one.row" is not known',
            'x.yaml:6: "limit" is not known',
            'y.yaml:7: limits: there is no limit "depht"',
          ],
        )
        return true
      },
    )
  })

  const keyed = (keys: string) =>
    `${partnerWith('rows: region_customers\nparameters: { region: [N] }')}\n${keys}`
  const publicKey = '{ kty: EC, crv: P-256, x: a, y: b }'

  it('keep the keys that prove who a partner is apart from those for exports', (t) => {
    const keysOf = (keys: string) => {
      const policy = readPolicy(folderOf(t, '', { 'x.yaml': keyed(keys) }), known)
      const partner = policy.partner('partner:x')
      return [partner?.keys, partner?.exportKeys]
    }
    const url = 'https://partner.example.com/keys'
    const other = 'https://partner.example.com/exports'
    assert.deepEqual(keysOf(''), [null, null])
    assert.deepEqual(keysOf(`jwksUrl: ${url}`), [{ url }, { from: { url }, mustSayEnc: true }])
    assert.deepEqual(keysOf(`jwksUrl: ${url}\nexport: { jwksUrl: "${other}" }`), [
      { url },
      { from: { url: other }, mustSayEnc: false },
    ])
    const keys = [{ kty: 'EC', crv: 'P-256', x: 'a', y: 'b' }]
    assert.deepEqual(keysOf(`export: { jwks: { keys: [${publicKey}] } }`), [
      null,
      { from: { keys }, mustSayEnc: false },
    ])
  })

  it('name where a partner is sent things, and the variables with its secrets', (t) => {
    const webhookOf = (text: string) =>
      readPolicy(folderOf(t, '', { 'x.yaml': keyed(text) }), known).partner('partner:x')?.webhook
    assert.equal(webhookOf(''), null)
    const url = 'https://partner.example.com/hook'
    assert.deepEqual(
      webhookOf(`webhook:\n  url: ${url}\n  secrets:\n    - \${ONE}\n    - \${TWO_2}`),
      {
        url,
        secrets: [
          { variable: 'ONE', at: 'x.yaml:9: webhook.secrets[0]' },
          { variable: 'TWO_2', at: 'x.yaml:10: webhook.secrets[1]' },
        ],
      },
    )
    const local = 'webhook: { url: "http://127.0.0.1:9/hook", secrets: ["${ONE}"] }'
    assert.equal(webhookOf(local)?.url, 'http://127.0.0.1:9/hook')
  })

  it('are refused with all that is wrong of a webhook, and no secret is told', (t) => {
    const refused = (text: string): readonly string[] => {
      const folder = folderOf(t, '', { 'x.yaml': keyed(text) })
      try {
        readPolicy(folder, known)
      } catch (error) {
        assert.ok(error instanceof AppError && error.code === 'CONFIGURATION_INVALID')
        return error.message.split('\n  ').slice(1)
      }
      assert.fail(`taken: ${text}`)
    }
    const noUrl = (line: number) => `x.yaml:${line}: webhook.url: expected an https address`
    const noSecrets = (line: number) =>
      `x.yaml:${line}: webhook.secrets: expected a list of variables that have a secret, such as \${PARTNER_WEBHOOK_SECRET}`
    assert.deepEqual(refused('webhook: {}'), [noUrl(6), noSecrets(6)])
    assert.deepEqual(refused('webhook: https://partner.example.com/hook'), [noUrl(6), noSecrets(6)])
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    assert.deepEqual(
      refused(
        `webhook:\n  url: http://partner.example.com/hook\n  secret: x\n  secrets:\n    - \${ONE}\n    - ${secret}`,
      ),
      [
        'x.yaml:8: "webhook.secret" is not known, only url, secrets',
        noUrl(7),
        'x.yaml:11: webhook.secrets[1]: expected the variable that has the secret, such as ${PARTNER_WEBHOOK_SECRET}; the secret itself does not belong into this file',
      ],
    )
    assert.deepEqual(refused('webhook:\n  url: https://a:b@partner.example.com\n  secrets: []'), [
      'x.yaml:7: webhook.url: expected an address without a name or password: it is shown, and what is sent is signed',
      noSecrets(8),
    ])
  })

  const wrongKeys: readonly [wrong: string, keys: string, problem: string][] = [
    ['nothing under export', 'export: {}', '6: export: expected "jwks" or "jwksUrl"'],
    ['text under export', 'export: mine', '6: export: expected "jwks" or "jwksUrl"'],
    [
      'an unknown key under export',
      'export:\n  jwksUrl: https://a.example.com\n  webhook: x',
      '8: "export.webhook" is not known, only jwks, jwksUrl',
    ],
    ['an unknown use of keys', 'import: {}', '6: "import" is not known'],
    [
      'both kinds under export',
      `export:\n  jwks: { keys: [${publicKey}] }\n  jwksUrl: https://a.example.com`,
      '7: "export.jwks" and "export.jwksUrl" exclude each other',
    ],
    [
      'an address that anybody can change',
      'export:\n  jwksUrl: http://a.example.com',
      '7: "export.jwksUrl" is no https address',
    ],
    [
      'no keys',
      'export:\n  jwks: { keys: [] }',
      '7: export.jwks: expected "keys", a list of public keys (RFC 7517)',
    ],
    [
      'keys under export that only sign',
      'export:\n  jwks:\n    keys:\n      - { kty: EC, use: sig }',
      '9: export.jwks: expected a key that may encrypt, but each has another "use"',
    ],
    [
      'a private key',
      `export:\n  jwks:\n    keys:\n      - ${publicKey}\n      - { kty: EC, d: x }`,
      '10: export.jwks.keys[1]: this is a private key: take only its public part, and make a new one',
    ],
    [
      'a private key that proves',
      `jwks:\n  keys:\n    - ${publicKey}\n    - { kty: EC, d: x }`,
      '9: jwks.keys[1]: this is a private key: take only its public part, and make a new one',
    ],
  ]
  for (const [wrong, keys, problem] of wrongKeys) {
    it(`are refused with ${wrong} where a partner's keys are`, (t) => {
      const folder = folderOf(t, 'roles: {}', { 'x.yaml': keyed(keys) })
      assert.throws(
        () => readPolicy(folder, known),
        ({ message }: Error) => {
          assert.ok(message.startsWith(`Policy:\n  x.yaml:${problem}`), message)
          assert.equal(message.split('\n').length, 2)
          return true
        },
      )
    })
  }

  it('that are no YAML, or missing, say so without a stack', (t) => {
    assert.throws(() => readPolicy(folderOf(t, 'roles: ['), known), {
      code: 'CONFIGURATION_INVALID',
      message: /^Policy:\n {2}roles\.yaml:1: /,
    })
    assert.throws(() => readPolicy('/nowhere', known), { code: 'CONFIGURATION_INVALID' })
  })

  it('give in a foreign supergraph what it knows of their scopes, and refuse nothing', (t) => {
    const folder = folderOf(
      t,
      'roles: { one: { scopes: [x:y:read, a:b:read] } }\nsubjects: { eve: [one] }',
      {
        'x.yaml':
          'subject: partner:x\naudience: SUPPLIER\nrows: region_customers\nparameters: { region: [N] }\nscopes: [x:y:read, c:d:read]',
      },
    )
    const policy = readPolicy(folder, known, { isForeign: true })
    assert.deepEqual(policy.scopesOf('eve', []), ['a:b:read'])
    assert.deepEqual(policy.partner('partner:x')?.scopes, ['c:d:read'])
    assert.throws(() => readPolicy(folder, known), { code: 'CONFIGURATION_INVALID' })
  })
})
