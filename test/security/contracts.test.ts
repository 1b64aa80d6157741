/**
 * Contracts: what is outside of a partner's schema is answered exactly like what does not exist, in
 * questions, introspection, suggestions and the SDL.
 */
import assert from 'node:assert/strict'
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import {
  buildSchema,
  getIntrospectionQuery,
  isEnumType,
  isObjectType,
  parse,
  printSchema,
  validate,
  validateSchema,
  visit,
  type GraphQLSchema,
} from 'graphql'
import { audiences, nobody, type Audience } from '#shared/principal.ts'
import { meets } from '#shared/rules/requirements.ts'
import type { Config } from '../../gateway/config.ts'
import { readWithPlatform } from '../../gateway/platform/schema.ts'
import { readPolicy } from '../../gateway/policy/policy.ts'
import { createAskable } from '../../gateway/reports/askable.ts'
import { readLibrary } from '../../gateway/reports/library.ts'
import { contractOf, scopesFor } from '../../gateway/supergraph/contracts.ts'
import { startHttp, type HttpGateway } from '../support/http.ts'

const partnerAudiences = audiences.filter((each) => each !== 'EMPLOYEE')

/** What a partner may be granted at all; every other scope is for employees. */
const grantable = new Set([
  ...['crm:contact-pii:read', 'crm:customer-tax:read', 'erp:supply:read', 'finance:credit:read'],
])

describe('the contract of a partner', () => {
  let gateway: HttpGateway
  before(async () => {
    gateway = await startHttp()
  })
  after(() => gateway[Symbol.asyncDispose]())

  const ask = async (query: string, as: 'partner' | 'admin' = 'partner', variables = {}) => {
    const response = await gateway.post({ query, variables }, { token: gateway.token(as) })
    const { errors = [], data } = response.json()
    return { status: response.status, data, errors, text: response.text }
  }
  /** A refusal without what differs by request and by name; suggestions have a test of their own. */
  const refusalOf = async (query: string, name: string, as: 'partner' | 'admin' = 'partner') => {
    const { status, data, errors } = await ask(query, as)
    return {
      status,
      data,
      errors: errors.map(({ extensions, ...error }) => ({
        ...error,
        message: error.message.replaceAll(name, 'NAME').replace(/ Did you mean .*$/, ''),
        code: extensions.code,
      })),
    }
  }

  const outside: readonly [what: string, query: (name: string) => string, name: string][] = [
    ['a root field', (name) => `{ ${name} { totalCount } }`, 'leads'],
    ['a field', (name) => `{ salesOrders { nodes { ${name} } } }`, 'margin'],
    ['a mutation', (name) => `mutation { ${name}(x: 1) { token { id } } }`, 'revokeToken'],
    ['a type', (name) => `{ viewer { ... on ${name} { id } } }`, 'LedgerAccount'],
    ['a type of a variable', (name) => `query ($x: ${name}) { viewer { subject } }`, 'LeadFilter'],
  ]
  for (const [what, query, name] of outside) {
    it(`has no ${what} outside of it, as if there were none`, async () => {
      // Of the same length, so that places in the document are the same.
      const unheardOf = 'z'.repeat(name.length)
      const existing = await refusalOf(query(name), name)
      assert.deepEqual(existing, await refusalOf(query(unheardOf), unheardOf))
      assert.equal(existing.status, 400)
      assert.notDeepEqual(existing, await refusalOf(query(name), name, 'admin'))
    })
  }

  it('suggests nothing outside of it', async () => {
    const asked = '{ salesOrders { nodes { margn } } lead { id } }'
    assert.match((await ask(asked, 'admin')).text, /margin/)
    assert.doesNotMatch((await ask(asked)).text, /"margin|leads|leadAggregates/)
    const type = 'query ($x: LeadFilter) { viewer { subject } }'
    const { text } = await ask(type)
    const { apiSchema } = contractOf(gateway.app.generation(), 'DISTRIBUTOR')
    const [, suggested = ''] = /Did you mean (.*?)\?/.exec(text) ?? []
    const names = [...suggested.matchAll(/\w*Filter/g)].map(([name]) => name)
    assert.ok(names.length > 0)
    for (const name of names) assert.ok(apiSchema.getType(name), name)
  })

  it('hides the inputs that tell what it hides', async () => {
    const type = '{ __type(name: "SalesOrderOrderField") { enumValues { name } } }'
    const { apiSchema, policies } = gateway.app.generation()
    const enumOf = [...policies.reads].find(([input]) => {
      const found = apiSchema.getType(input.split('.')[0] ?? '')
      return isEnumType(found) && input.endsWith('.COST')
    })?.[0]
    assert.ok(enumOf, type)
    const [name = ''] = enumOf.split('.')
    const query = `{ __type(name: "${name}") { enumValues { name } } }`
    assert.match((await ask(query, 'admin')).text, /"COST"/)
    assert.doesNotMatch((await ask(query)).text, /"COST"/)
  })

  it('introspects as its SDL says, and less than the whole', async () => {
    const all = JSON.parse((await ask(getIntrospectionQuery(), 'admin')).text)
    const own = JSON.parse((await ask(getIntrospectionQuery())).text)
    const names = (answer: typeof all) =>
      answer.data['__schema'].types.map(({ name }: { name: string }) => name)
    assert.ok(names(all).includes('LedgerAccount'))
    for (const name of ['LedgerAccount', 'Lead', 'LeadFilter', 'Mutation', 'CommissionStatement'])
      assert.ok(!names(own).includes(name), name)
    assert.equal(own.data['__schema'].mutationType, null)
    const sdl = await (await schemaOf('partner')).text()
    const built = buildSchema(sdl)
    assert.deepEqual(validateSchema(built), [])
    assert.deepEqual(
      new Set(names(own)),
      new Set([...Object.keys(built.getTypeMap()), ...names(own).filter(isBuiltIn)]),
    )
  })
  it('explains a question without a name from outside of it', async () => {
    const explained = async (query: string, as: 'partner' | 'admin' = 'partner') => {
      const headers = { 'isthmus-explain': '1' }
      const { text } = await gateway.post({ query }, { token: gateway.token(as), headers })
      return text
    }
    const hidden = '{ salesOrders(first: 1) { nodes { orderNo margin { amount } } } }'
    assert.match(await explained(hidden, 'admin'), /"missingScopes":\[\]/)
    assert.doesNotMatch(await explained(hidden), /missingScopes|erp:cost|ask erp/)
    // What it is refused is in its contract, with every scope that it lacks.
    const credit =
      '{ customers(first: 1) { nodes { name creditDecision(orderValue: { amount: "1", currency: EUR }) { __typename } } } }'
    assert.match(await explained(credit), /"scopes":\[\["finance:credit:read"\]\]/)
    // Each name in the plans of all that it can ask is one of its schema.
    const { apiSchema } = contractOf(gateway.app.generation(), 'DISTRIBUTOR')
    let told = 0
    for (const { operation, variables } of createAskable(readLibrary())(apiSchema)) {
      const asked = await gateway.post(
        { query: operation, variables },
        { token: gateway.token('partner'), headers: { 'isthmus-explain': '1' } },
      )
      const { extensions } = asked.json() as { extensions: { explain: { plan: string } } }
      for (const [, text = ''] of extensions.explain.plan.matchAll(/: ((?:query|\{).*)$/gm)) {
        told += 1
        assert.deepEqual(strangersIn(text, apiSchema), [], operation)
      }
    }
    assert.ok(told > 0)
  })

  it('has the saved questions that it can answer, and nobody else has any', () => {
    const { apiSchema } = contractOf(gateway.app.generation(), 'DISTRIBUTOR')
    const all = readLibrary()
    const askable = createAskable(all)
    const own = askable(apiSchema)
    assert.ok(own.length > 0 && own.length < all.length)
    for (const { operation } of own)
      assert.deepEqual(validate(apiSchema, parse(operation)), [], operation)
    assert.deepEqual(askable(gateway.app.generation().apiSchema), all)
  })

  const isBuiltIn = (name: string) => ['Int', 'Float', 'String', 'Boolean', 'ID'].includes(name)

  const schemaOf = (as: 'partner' | 'admin' | 'agency', etag = '') =>
    fetch(`${gateway.url}/schema.graphql`, {
      headers: { authorization: `Bearer ${gateway.token(as)}`, 'if-none-match': etag },
    })

  it('is the SDL, with an ETag of the audience', async () => {
    const [partner, agency, admin] = await Promise.all([
      schemaOf('partner'),
      schemaOf('agency'),
      schemaOf('admin'),
    ])
    const tags = [partner, agency, admin].map(({ headers }) => headers.get('etag') ?? '')
    assert.equal(tags[0], tags[1]) // both are distributors
    assert.notEqual(tags[0], tags[2])
    assert.equal((await schemaOf('partner', tags[0])).status, 304)
    assert.equal((await schemaOf('partner', tags[2])).status, 200)
    assert.doesNotMatch(await partner.text(), /margin|healthScore|LedgerAccount|@tag|internal\b/)
  })

  it('keeps what was prepared for others apart, in either order', async () => {
    for (const [first, second] of [
      ['admin', 'partner'],
      ['partner', 'admin'],
    ] as const) {
      const query = `{ leads(first: 1) { nodes { __typename } } ${first}: __typename }`
      for (const as of [first, second, first]) {
        const { status, text } = await ask(query, as)
        assert.equal(status, as === 'admin' ? 200 : 400, `${as}: ${text.slice(0, 200)}`)
      }
    }
  })

  it('has, for every audience, nothing that no partner can be granted', () => {
    const generation = gateway.app.generation()
    const { requirements } = generation.policies
    for (const audience of partnerAudiences) {
      const { apiSchema } = contractOf(generation, audience)
      assert.deepEqual(validateSchema(apiSchema), [])
      const wrong = [...requirements.keys()].filter((coordinate) => {
        const [name = '', field] = coordinate.split('.')
        const type = apiSchema.getType(name)
        const isThere =
          field === undefined ? type : type && 'getFields' in type && type.getFields()[field]
        return isThere && !meets(grantable, requirements.get(coordinate))
      })
      assert.deepEqual(wrong, [], `tag them "internal" (${audience})`)
      assert.deepEqual([...scopesFor(generation, audience)].toSorted(), [...grantable].toSorted())
    }
  })

  it('is not opened by a partner file', () => {
    const { policies } = gateway.app.generation()
    const scopesOf = (audience: Audience) => new Set(audience === 'SUPPLIER' ? [] : policies.scopes)
    assert.throws(
      () => readPolicy('gateway/policy', policies.scopes, { scopesFor: scopesOf }),
      /supplier-s0001\.yaml:8: scopes: all that asks for "erp:supply:read" is outside of the contract of SUPPLIER/,
    )
  })
})

/** The fields of a planned operation that a schema does not have. */
function strangersIn(text: string, schema: GraphQLSchema): readonly string[] {
  const strangers: string[] = []
  visit(parse(text), {
    Field: ({ name }) => {
      if (name.value.startsWith('_')) return
      const isKnown = Object.values(schema.getTypeMap()).some(
        (type) => 'getFields' in type && name.value in type.getFields(),
      )
      if (!isKnown) strangers.push(name.value)
    },
    InlineFragment: ({ typeCondition }) => {
      if (typeCondition && !schema.getType(typeCondition.name.value))
        strangers.push(typeCondition.name.value)
    },
  })
  return strangers
}

describe('a contract with excluded tags', () => {
  it('has nothing of them for that partner, and all of it for the others', async (t) => {
    const policy = mkdtempSync(join(tmpdir(), 'isthmus-policy-'))
    t.after(() => rmSync(policy, { recursive: true }))
    cpSync('gateway/policy', policy, { recursive: true, filter: (path) => !path.endsWith('.ts') })
    appendFileSync(
      join(policy, 'partners/harbour-distribution.yaml'),
      'excludedTags: [logistics, billing]\n',
    )
    const tagged = () => {
      const { sdl, ...rest } = readWithPlatform('supergraph.yaml')
      const marked = sdl
        .replace(/^  requestedOn: Date.*$/m, '$& @tag(name: "logistics")')
        .replace(/^type Invoice$/m, '$& @tag(name: "billing")')
      return { ...rest, sdl: marked }
    }
    const change = (config: Config) => ({ ...config, policy })
    await using gateway = await startHttp(change, { supergraph: tagged })
    const ask = async (query: string, as: 'partner' | 'agency' | 'admin') =>
      gateway.post({ query }, { token: gateway.token(as) })
    const question = '{ salesOrders(first: 1) { nodes { orderNo requestedOn } } }'
    for (const as of ['agency', 'admin'] as const)
      assert.equal((await ask(question, as)).status, 200, as)
    const refused = await ask(question, 'partner')
    assert.equal(refused.status, 400)
    assert.match(refused.text, /Cannot query field \\"requestedOn\\" on type \\"SalesOrder\\"/)
    const sdlFor = async (as: 'partner' | 'agency') => {
      const headers = { authorization: `Bearer ${gateway.token(as)}` }
      return await (await fetch(`${gateway.url}/schema.graphql`, { headers })).text()
    }
    assert.match(await sdlFor('agency'), /^type Invoice /m)
    assert.doesNotMatch(await sdlFor('partner'), /^type Invoice |: \[?Invoice\b|requestedOn/m)
  })
})

describe('introspection by scopes', () => {
  let gateway: HttpGateway
  before(async () => {
    gateway = await startHttp((config) => ({ ...config, introspection: 'scopes' }))
  })
  after(() => gateway[Symbol.asyncDispose]())

  const fieldsOf = async (as: 'sales' | 'hr' | 'admin') => {
    const query = '{ ... { __type(name: "Employee") { fields { name } } } }'
    const { json } = await gateway.post({ query }, { token: gateway.token(as) })
    const { data } = json() as { data: { __type: { fields: { name: string }[] } } }
    return data['__type'].fields.map(({ name }) => name)
  }

  it('tells each employee of what the own scopes may read, one after the other', async () => {
    for (const round of [1, 2]) {
      assert.ok((await fieldsOf('hr')).includes('salary'), String(round))
      assert.ok(!(await fieldsOf('sales')).includes('salary'), String(round))
    }
  })

  it('filters the SDL and the suggestions too; questions are answered as ever', async () => {
    const headers = { authorization: `Bearer ${gateway.token('sales')}` }
    const sdl = await (await fetch(`${gateway.url}/schema.graphql`, { headers })).text()
    assert.doesNotMatch(sdl, /salary:|LedgerAccount/)
    assert.match(sdl, /type Lead /)
    const token = gateway.token('sales')
    const wrong = await gateway.post({ query: '{ employees { nodes { salari } } }' }, { token })
    assert.equal(wrong.status, 400)
    assert.match(wrong.text, /Cannot query field \\"salari\\"/)
    assert.doesNotMatch(wrong.text, /Did you mean|salary/)
    const variable = await gateway.post(
      {
        query:
          'query ($filter: EmployeeFilter) { employees(filter: $filter) { nodes { employeeNo } } }',
        variables: { filter: { bornOnn: '2000-01-01', departmentCod: 'X' } },
      },
      { token },
    )
    assert.match(variable.text, /BAD_USER_INPUT/)
    assert.doesNotMatch(variable.text, /Did you mean/)
    const asked = await gateway.post(
      { query: '{ employees(first: 1) { nodes { salary { amount } } } }' },
      { token },
    )
    assert.match(asked.text, /UNAUTHORIZED_FIELD_OR_TYPE/)
  })
})

describe('a list of which some rows are hidden', () => {
  const schema = buildSchema(`
    type Query { things: ThingConnection  edged: EdgedConnection  open: OpenConnection  own: OwnConnection }
    interface Thing { id: ID }
    type Pump implements Thing { id: ID }
    type Vault implements Thing { id: ID }
    type Shelf implements Thing { id: ID  vaults: Vault }
    union Open = Pump | Shelf
    type ThingConnection { nodes: [Thing]  totalCount: Int }
    type EdgedConnection { edges: [ThingEdge!]!  totalCount: Int }
    type ThingEdge { node: Thing  cursor: String }
    type OpenConnection { nodes: [Open]  totalCount: Int }
    type OwnConnection { nodes: [Pump]  totalCount: Int  first: Thing }
  `)

  it('has no totalCount, which counts them too; other lists keep theirs', async () => {
    await using gateway = await startHttp()
    const tags = new Map([['Vault', ['internal']]])
    const { apiSchema } = contractOf(
      { ...gateway.app.generation(), apiSchema: schema, tags },
      'SUPPLIER',
    )
    const counted = Object.values(apiSchema.getTypeMap()).flatMap((type) =>
      isObjectType(type) && type.getFields()['totalCount'] ? [type.name] : [],
    )
    assert.deepEqual(counted.toSorted(), ['OpenConnection', 'OwnConnection'])
    assert.deepEqual(validateSchema(apiSchema), [])
    assert.deepEqual(
      validate(apiSchema, parse('{ things { nodes { id } } edged { __typename } }')),
      [],
    )
  })

  it('is hidden by what hangs on something hidden as well', async () => {
    await using gateway = await startHttp()
    // Nothing is left of a vault.
    const tags = new Map([['Vault.id', ['customer']]])
    const bare = buildSchema(`
      type Query { things: ThingConnection }
      union Thing = Pump | Vault
      type Pump { id: ID }
      type Vault { id: ID }
      type ThingConnection { nodes: [Thing]  totalCount: Int }
    `)
    const generation = { ...gateway.app.generation(), apiSchema: bare, tags }
    const shown = (audience: Audience) => printSchema(contractOf(generation, audience).apiSchema)
    assert.doesNotMatch(shown('SUPPLIER'), /Vault|totalCount/)
    assert.match(shown('CUSTOMER'), /Vault[^]*totalCount/)
  })
})

describe('a graph without tags', () => {
  it('is the same for everybody', async () => {
    await using gateway = await startHttp()
    const generation = { ...gateway.app.generation(), tags: new Map() }
    for (const audience of audiences)
      assert.equal(contractOf(generation, audience), generation, nobody.subject + audience)
  })
})
