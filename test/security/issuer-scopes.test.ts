/**
 * Partners with tokens of an outside issuer (`client_credentials`): the token grants what its scopes and
 * the plan both name, over HTTP, and for employees its scopes mean nothing.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { partnerScopes, type PartnerScopes } from '../../gateway/config/issuers.ts'
import { startHttp, type HttpGateway } from '../support/http.ts'
import { plainIssuer, signed, signingKey, startIssuer, type TestIssuer } from '../support/issuer.ts'

const key = await signingKey('one')
const supplier = 'partner:supplier-s0001'
/** The one scope of its plan. */
const supply = 'erp:supply:read'

describe('the scopes of an outside issuer', () => {
  let issuer: TestIssuer
  let gateway: HttpGateway
  before(async () => {
    issuer = await startIssuer([key.jwk])
    gateway = await startHttp((config) => ({
      ...config,
      issuers: [
        ...partnerScopes.map((each) => ({
          ...plainIssuer,
          issuer: `${issuer.url}/${each}`,
          jwksUrl: issuer.jwksUrl,
          partnerScopes: each,
        })),
        {
          ...plainIssuer,
          issuer: `${issuer.url}/scp`,
          jwksUrl: issuer.jwksUrl,
          scopeClaim: 'access.scp',
        },
      ],
    }))
  })
  after(async () => {
    await gateway[Symbol.asyncDispose]()
    await issuer[Symbol.asyncDispose]()
  })

  /** Whether a token shows what the scope opens; what is refused is refused for want of the scope. */
  async function shows(at: string, claims: object, subject = supplier): Promise<boolean> {
    const token = signed(key, { issuer: `${issuer.url}/${at}`, subject }, claims)
    const query =
      '{ viewer { subject rowRule scopes } suppliers(first: 2) { nodes { supplierNo } } }'
    const answer = await gateway.post({ query }, { token })
    assert.equal(answer.status, 200, answer.text)
    const { data, errors = [] } = answer.json()
    const { viewer, suppliers } = data as {
      viewer: { subject: string; rowRule: string; scopes: readonly string[] }
      suppliers: { nodes: readonly { supplierNo: string }[] } | null
    }
    const scopes = suppliers === null ? [] : [supply]
    assert.deepEqual(viewer, { subject: supplier, rowRule: 'own_supplier', scopes })
    assert.deepEqual(
      errors.map(({ extensions }) => extensions.code),
      suppliers === null ? ['UNAUTHORIZED_FIELD_OR_TYPE'] : [],
    )
    if (suppliers !== null)
      assert.deepEqual(suppliers.nodes, [{ supplierNo: 'S0001' }], 'its own row and no other')
    return suppliers !== null
  }

  const cases: readonly (readonly [
    what: string,
    claims: object,
    shown: Readonly<Record<PartnerScopes, boolean>>,
  ])[] = [
    ['the scope', { scope: supply }, { required: true, optional: true, ignored: true }],
    [
      'the scope among others',
      { scope: `openid  ${supply} hr:salary:read` },
      { required: true, optional: true, ignored: true },
    ],
    [
      'a list with the scope',
      { scope: ['openid', supply, 7] },
      { required: true, optional: true, ignored: true },
    ],
    ['no claim', {}, { required: false, optional: true, ignored: true }],
    ['other scopes', { scope: 'openid' }, { required: false, optional: false, ignored: true }],
    ['an empty claim', { scope: '' }, { required: false, optional: false, ignored: true }],
    ['an empty list', { scope: [] }, { required: false, optional: false, ignored: true }],
    ['null', { scope: null }, { required: false, optional: false, ignored: true }],
    ['a number', { scope: 7 }, { required: false, optional: false, ignored: true }],
    [
      'an object',
      { scope: { [supply]: true } },
      { required: false, optional: false, ignored: true },
    ],
    [
      'a part of the name',
      { scope: 'erp:supply:read2 erp:supply' },
      { required: false, optional: false, ignored: true },
    ],
    [
      'another case',
      { scope: supply.toUpperCase() },
      { required: false, optional: false, ignored: true },
    ],
  ]
  for (const [what, claims, shown] of cases) {
    it(`with ${what}, a token grants what its issuer is configured for`, async () => {
      for (const each of partnerScopes)
        assert.equal(await shows(each, claims), shown[each], `${each}: ${what}`)
    })
  }

  it('are those of another claim where that is configured', async () => {
    assert.equal(await shows('scp', { access: { scp: [supply] } }), true)
    assert.equal(await shows('scp', { scope: supply }), false)
  })

  it('count for whoever comes through the client of a partner', async () => {
    const through = { client_id: supplier }
    assert.equal(await shows('required', through, 'mei.lin'), false)
    assert.equal(await shows('required', { ...through, scope: supply }, 'mei.lin'), true)
  })

  it('of two tokens of one partner do not mix, in whatever order they come', async () => {
    const claims = [{ scope: supply }, { scope: 'openid' }, {}]
    const asked = Array.from({ length: 60 }, (_, at) => claims[at % claims.length] ?? {})
    const shown = await Promise.all(asked.map((each) => shows('required', each)))
    assert.deepEqual(
      shown,
      asked.map((_, at) => at % claims.length === 0),
    )
  })

  it('give an employee nothing: roles do', async () => {
    const token = signed(
      key,
      { issuer: `${issuer.url}/ignored`, subject: 'mei.lin' },
      { scope: 'hr:salary:read finance:credit:read' },
    )
    const query = '{ customer(crmAccountId: "A000001") { name creditLimit { amount } } }'
    const { data } = (await gateway.post({ query }, { token })).json()
    const { customer } = data as { customer: { name: string; creditLimit: unknown } }
    assert.equal(typeof customer.name, 'string')
    assert.equal(customer.creditLimit, null)
  })
})
