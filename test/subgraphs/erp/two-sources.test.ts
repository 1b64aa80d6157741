/** Two ERPs as the sources of one system: whose ids are whose, who is asked, and what has to be named. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { parse, type ExecutionResult } from 'graphql'
import { openMappableSubgraph, type OpenSubgraph } from '#shared/open.ts'
import type { Principal } from '#shared/principal.ts'
import type { StatementEvent } from '#shared/select-only.ts'
import { writeSelects, type Left } from '../../support/mapped-demo.ts'
import { anyone, writeDatabase } from '../../support/subgraph-fixture.ts'
import { relations } from '../../../subgraphs/erp/relations.ts'
import { subgraph as erp } from '../../../subgraphs/erp/subgraph.ts'
import { catalogue } from './catalogue.ts'
import { sales } from './sales.ts'

const rows = { ...catalogue, ...sales, product: catalogue.product, site: catalogue.site }
const ofGermany = {
  ...rows,
  customer: rows.customer.map((customer) => ({ ...customer, name: 'Eins', priceList: 'PL-DE' })),
  sales_order: rows.sales_order.slice(0, 3),
}

interface TwoErps extends Disposable {
  readonly statements: readonly StatementEvent[]
  readonly folder: string
  run(document: string, variables?: object, principal?: Principal): Promise<ExecutionResult>
  /** What a client would get, without errors. */
  ask(document: string, variables?: object, principal?: Principal): Promise<Record<string, never>>
}

interface Sources {
  readonly prefixes?: readonly string[]
  readonly german?: Left
  /** Lines of source.yaml by source; the prefix by default. */
  readonly more?: Readonly<Record<string, string>>
}

async function twoErps({ prefixes = ['tw', 'de'], german = {}, more = {} }: Sources = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-two-erps-'))
  const mappings = prefixes.map((prefix) => {
    const set = join(folder, prefix)
    mkdirSync(set)
    const isGerman = prefix === 'de'
    const file = join(folder, `${prefix}.sqlite`)
    writeDatabase(file, { relations }, isGerman ? ofGermany : rows, '2026-06-30')
    writeFileSync(
      join(set, 'source.yaml'),
      `kind: sqlite\nfile: ../${prefix}.sqlite\n${more[prefix] ?? `prefix: ${prefix}`}\n`,
    )
    writeSelects(set, relations, isGerman ? german : {})
    return { folder: set, env: {} }
  })
  const subgraph: OpenSubgraph = await openMappableSubgraph(erp, {
    data: folder,
    timeZone: 'Asia/Taipei',
    fiscalYearStartMonth: 1,
    today: () => '2026-06-30',
    mappings,
  })
  const statements: StatementEvent[] = []
  const run: TwoErps['run'] = (document, variables = {}, principal = anyone) => {
    statements.length = 0
    return subgraph.execute({
      document: parse(document),
      variables: { ...variables },
      principal,
      signal: new AbortController().signal,
      onStatement: (event) => statements.push(event),
    })
  }
  const two: TwoErps = {
    statements,
    folder,
    run,
    ask: async (...asked) => {
      const { data, errors } = await run(...asked)
      assert.deepEqual(errors ?? [], [])
      return JSON.parse(JSON.stringify(data)) // without graphql's null prototypes
    },
    [Symbol.dispose]: () => {
      subgraph[Symbol.dispose]()
      rmSync(folder, { recursive: true })
    },
  }
  return two
}

const plain = ({ data }: ExecutionResult) => JSON.parse(JSON.stringify(data))

const entitiesOf = (result: ExecutionResult): unknown => plain(result)['_entities']

const byPath = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) =>
  a < b ? -1 : 1

const codesOf = ({ errors = [] }: ExecutionResult) =>
  errors
    .map(({ path, extensions }): [string, unknown] => [path?.join('.') ?? '', extensions['code']])
    .toSorted(byPath)

describe('two ERPs', () => {
  let two: TwoErps
  before(async () => {
    two = await twoErps()
  })
  after(() => two[Symbol.dispose]())

  it('have ids that begin with the name of their source, in rows and in what these refer to', async () => {
    const { order } = await two.ask(`{ order: salesOrder(orderNo: "tw:SO-2") {
      orderNo customer { erpCustomerNo priceList } salesperson { employeeNo }
      lines { nodes { orderNo lineNo product { sku name category } } }
      holds { kind } shipments { id site { id } } productionOrders { id product { sku } } } }`)
    assert.deepEqual(order, {
      orderNo: 'tw:SO-2',
      customer: { erpCustomerNo: 'tw:1', priceList: 'PL-1' },
      salesperson: { employeeNo: 'E1' }, // an id of HR, which has no prefix
      lines: {
        nodes: [
          {
            orderNo: 'tw:SO-2',
            lineNo: 1,
            product: { sku: 'tw:PUMP', name: 'Pump', category: 'PUMP' },
          },
        ],
      },
      holds: [{ kind: 'CREDIT' }],
      shipments: [{ id: 'tw:SH-2', site: { id: 'tw:TPE' } }],
      productionOrders: [{ id: 'tw:MO-1', product: { sku: 'tw:PUMP' } }],
    })
  })

  it('answer keys of both in one request, one statement each', async () => {
    const r = ['tw:1', 'de:1', 'de:2', 'xx:1', '1', 'tw:9'].map((erpCustomerNo) => ({
      __typename: 'Customer',
      erpCustomerNo,
    }))
    const answer = await two.run(
      `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer { erpCustomerNo priceList } } }`,
      { r },
    )
    assert.deepEqual(
      (entitiesOf(answer) as readonly { readonly priceList: string }[]).map(
        ({ priceList }) => priceList,
      ),
      ['PL-1', 'PL-DE', 'PL-DE', null, null, null],
    )
    assert.equal(two.statements.length, 2)
  })

  it('an id with another beginning, or with none, is of nothing, and nobody is asked', async () => {
    const answer = await two.ask(
      `{ a: salesOrder(orderNo: "SO-1") { orderNo } b: salesOrder(orderNo: "fr:SO-1") { orderNo } c: salesOrder(orderNo: "tw:") { orderNo }
         d: salesOrders(filter: {orderNo: {in: ["fr:SO-1", "SO-2"]}}) { totalCount nodes { orderNo } } }`,
    )
    assert.deepEqual(answer, { a: null, b: null, c: null, d: { totalCount: 0, nodes: [] } })
    assert.equal(two.statements.length, 1) // for "tw:"
  })

  it('a list or an aggregate has to name its source, or have keys of one', async () => {
    const required = `{ list: salesOrders(first: 2) { nodes { orderNo } }
      sums: salesOrderAggregates(groupBy: [STATUS]) { rows { count } }
      either: salesOrders(filter: {or: [{source: "tw"}, {source: "de"}]}) { nodes { orderNo } }
      keys: salesOrders(filter: {orderNo: {in: ["tw:SO-1", "de:SO-1"]}}) { nodes { orderNo } } }`
    const refused = await two.run(required)
    assert.deepEqual(
      codesOf(refused),
      ['either', 'keys', 'list', 'sums'].map((name) => [name, 'SOURCE_REQUIRED']),
    )
    assert.equal(two.statements.length, 0)
    const first = refused.errors?.[0]
    assert.match(first?.message ?? '', /"erp" has several sources: .*"tw" or "de"/)
    assert.deepEqual(first?.extensions['sources'], ['tw', 'de'])
    const named = await two.ask(`{
      tw: salesOrders(filter: {source: "tw"}) { totalCount nodes { orderNo } }
      de: salesOrders(filter: {and: [{source: "de"}, {not: {orderNo: {eq: "de:SO-1"}}}]}) { nodes { orderNo } }
      keys: salesOrders(filter: {orderNo: {in: ["de:SO-1", "de:SO-2", "xx:SO-1"]}}) { totalCount }
      customer: salesOrderAggregates(filter: {erpCustomerNo: {eq: "de:1"}}, groupBy: [CUSTOMER]) { rows { erpCustomerNo count currency } }
      sums: salesOrderAggregates(filter: {source: "de"}, groupBy: []) { rows { count currency } }
      none: salesOrders(filter: {source: "tw", orderNo: {eq: "de:SO-1"}}) { nodes { orderNo } } }`)
    assert.deepEqual(named, {
      tw: {
        totalCount: 6,
        nodes: ['SO-2', 'SO-6', 'SO-5', 'SO-3', 'SO-1', 'SO-4'].map((no) => ({
          orderNo: `tw:${no}`,
        })),
      },
      de: { nodes: [{ orderNo: 'de:SO-2' }, { orderNo: 'de:SO-3' }] },
      keys: { totalCount: 2 },
      customer: { rows: [{ erpCustomerNo: 'de:1', count: 2, currency: 'TWD' }] },
      sums: {
        rows: [
          { count: 1, currency: 'KWD' },
          { count: 2, currency: 'TWD' },
        ],
      },
      none: { nodes: [] },
    })
    const unknown = await two.run('{ salesOrders(filter: {source: "fr"}) { nodes { orderNo } } }')
    assert.deepEqual(codesOf(unknown), [['salesOrders', 'BAD_USER_INPUT']])
    assert.match(unknown.errors?.[0]?.message ?? '', /no source "fr".*"tw" and "de"/)
  })

  it('a cursor is of its source', async () => {
    const page = (source: string, cursor: string | null) =>
      two.run(
        `query ($after: String) { salesOrders(first: 2, after: $after, filter: {source: "${source}"}) { nodes { orderNo } pageInfo { endCursor } } }`,
        { after: cursor },
      )
    const { data } = await page('tw', null)
    const { endCursor } = (data as { salesOrders: { pageInfo: { endCursor: string } } }).salesOrders
      .pageInfo
    const next = await page('tw', endCursor)
    assert.deepEqual(plain(next).salesOrders.nodes, [
      { orderNo: 'tw:SO-5' },
      { orderNo: 'tw:SO-3' },
    ])
    assert.deepEqual(codesOf(await page('de', endCursor)), [['salesOrders', 'BAD_USER_INPUT']])
  })

  it('what a customer of both has is summed over both, and listed of the one that is named', async () => {
    const ask = (fields: string, erpCustomerNos: readonly string[]) =>
      two.run(
        `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer { ${fields} } } }`,
        { r: [{ __typename: 'Customer', erpCustomerNo: erpCustomerNos[0], erpCustomerNos }] },
      )
    const both = ['tw:1', 'tw:2', 'de:1', 'xx:3']
    const sums = await ask('orderStats { currency count }', both)
    assert.deepEqual(entitiesOf(sums), [
      {
        orderStats: [
          { currency: 'TWD', count: 5 },
          { currency: 'KWD', count: 1 },
        ],
      },
    ])
    assert.equal(two.statements.length, 2)
    assert.deepEqual(codesOf(await ask('orders { nodes { orderNo } }', both)), [
      ['_entities.0.orders', 'SOURCE_REQUIRED'],
    ])
    const listed = await ask(
      'orders(first: 2, filter: {source: "tw"}) { totalCount nodes { orderNo } }',
      both,
    )
    assert.deepEqual(entitiesOf(listed), [
      { orders: { totalCount: 5, nodes: [{ orderNo: 'tw:SO-2' }, { orderNo: 'tw:SO-5' }] } },
    ])
    const ofOne = await ask('orders(first: 2) { nodes { orderNo } }', ['de:1', 'de:2'])
    assert.deepEqual(entitiesOf(ofOne), [
      { orders: { nodes: [{ orderNo: 'de:SO-2' }, { orderNo: 'de:SO-3' }] } },
    ])
  })

  it('a field without a filter has an argument for the source', async () => {
    const ask = (source: string) =>
      two.run(
        `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Employee { salesResults(range: {from: "2026-04-01", to: "2026-06-30"}${source}) { currency orders } } } }`,
        { r: ['E1', 'E2'].map((employeeNo) => ({ __typename: 'Employee', employeeNo })) },
      )
    const entities = async (source: string) => entitiesOf(await ask(source))
    assert.deepEqual(await entities(', source: "tw"'), [
      { salesResults: [{ currency: 'TWD', orders: 2 }] },
      { salesResults: [{ currency: 'KWD', orders: 1 }] },
    ])
    assert.equal(two.statements.length, 1)
    assert.deepEqual(await entities(', source: "de"'), await entities(', source: "tw"'))
    assert.deepEqual(codesOf(await ask('')), [
      ['_entities.0.salesResults', 'SOURCE_REQUIRED'],
      ['_entities.1.salesResults', 'SOURCE_REQUIRED'],
    ])
    const { tw, de } = await two.ask(
      '{ tw: sites(source: "tw") { id name } de: sites(source: "de") { id } }',
    )
    assert.deepEqual(
      [tw, de],
      ['tw', 'de'].map((source) => {
        const ids = rows.site.map(({ id }) => `${source}:${id}`).toSorted()
        return source === 'tw'
          ? ids.map((id) => ({ id, name: rows.site.find((site) => id.endsWith(site.id))?.name }))
          : ids.map((id) => ({ id }))
      }),
    )
  })

  it('a limited principal sees its own rows of each', async () => {
    const partner: Principal = {
      ...anyone,
      audience: 'PARTNER_SYSTEM',
      rows: { rule: 'own_customers', parameters: { erpCustomerNo: ['tw:2', 'de:1', '2'] } },
    }
    const seen = await two.ask(
      `{ tw: salesOrders(filter: {source: "tw"}) { totalCount nodes { orderNo } } de: salesOrders(filter: {source: "de"}) { totalCount nodes { orderNo } }
         lines: salesOrderLines(filter: {source: "de"}) { totalCount } other: salesOrder(orderNo: "de:SO-3") { orderNo } }`,
      {},
      partner,
    )
    assert.deepEqual(seen, {
      tw: { totalCount: 2, nodes: [{ orderNo: 'tw:SO-3' }, { orderNo: 'tw:SO-4' }] },
      de: { totalCount: 2, nodes: [{ orderNo: 'de:SO-2' }, { orderNo: 'de:SO-1' }] },
      lines: { totalCount: 3 },
      other: null,
    })
  })

  it('a bill goes down through all levels in its own source', async () => {
    const { product } = await two.ask(
      `{ product(sku: "de:PUMP") { sku bom { id explosion(levels: 2) { path sku } } whereUsed { nodes { product { sku } } } } }`,
    )
    const { bom } = product as unknown as {
      bom: { id: string; explosion: { path: string[]; sku: string }[] }
    }
    assert.equal(bom.id, 'de:PUMP-B')
    assert.deepEqual(
      bom.explosion.map(({ path }) => path.join(' > ')),
      [
        'de:PUMP > de:BODY',
        'de:PUMP > de:BODY > de:RAW',
        'de:PUMP > de:BOLT',
        'de:PUMP > de:BOLT',
        'de:PUMP > de:SEAL',
      ],
    )
  })
})

it('what one source does not have is NOT_MAPPED for its rows only', async () => {
  using two = await twoErps({ german: { relations: ['shipment'], columns: ['sales_order.net'] } })
  const answer = await two.run(
    `query ($r: [_Any!]!) { _entities(representations: $r) { ... on SalesOrder { orderNo net { amount } shipments { id } } } }`,
    { r: ['tw:SO-2', 'de:SO-2'].map((orderNo) => ({ __typename: 'SalesOrder', orderNo })) },
  )
  assert.deepEqual(entitiesOf(answer), [
    { orderNo: 'tw:SO-2', net: { amount: '100.01' }, shipments: [{ id: 'tw:SH-2' }] },
    { orderNo: 'de:SO-2', net: null, shipments: null },
  ])
  assert.deepEqual(codesOf(answer), [
    ['_entities.1.net', 'NOT_MAPPED'],
    ['_entities.1.shipments', 'NOT_MAPPED'],
  ])
})

it('a source that is away takes only its own rows with it', async () => {
  using two = await twoErps()
  rmSync(join(two.folder, 'de.sqlite'))
  const answer = await two.run(
    `{ tw: salesOrder(orderNo: "tw:SO-1") { orderNo } de: salesOrder(orderNo: "de:SO-1") { orderNo }
       list: salesOrders(filter: {source: "tw"}) { totalCount } german: salesOrders(filter: {source: "de"}) { totalCount } }`,
  )
  assert.deepEqual(codesOf(answer), [
    ['de', 'SOURCE_UNAVAILABLE'],
    ['german', 'SOURCE_UNAVAILABLE'],
  ])
  assert.match(answer.errors?.[0]?.message ?? '', /"erp de"/)
  const { tw, list } = plain(answer)
  assert.deepEqual([tw, list], [{ orderNo: 'tw:SO-1' }, { totalCount: 6 }])
})

it('ids of other systems begin as source.yaml says', async () => {
  using two = await twoErps({
    more: { de: 'prefix: de\nreferences: { Employee.employeeNo: hq }' },
  })
  const { salesOrders } = await two.ask(
    `{ salesOrders(filter: {source: "de", salespersonNo: {eq: "hq:E2"}}) { nodes { orderNo salesperson { employeeNo } } } }`,
  )
  assert.deepEqual(salesOrders, {
    nodes: [{ orderNo: 'de:SO-3', salesperson: { employeeNo: 'hq:E2' } }],
  })
})

it('one source with a prefix has to be named nowhere', async () => {
  using two = await twoErps({ prefixes: ['tw'] })
  const answer = await two.ask(
    `{ all: salesOrders { totalCount } named: salesOrders(filter: {source: "tw"}) { totalCount } one: salesOrder(orderNo: "tw:SO-1") { orderNo } }`,
  )
  assert.deepEqual(answer, {
    all: { totalCount: 6 },
    named: { totalCount: 6 },
    one: { orderNo: 'tw:SO-1' },
  })
})

for (const [what, sources, problem] of [
  ['one of which has no prefix', { more: { de: '' } }, /de\/source\.yaml.*prefix/],
  ['with one prefix', { more: { de: 'prefix: tw' } }, /another source .* is called "tw"/],
  [
    'that have different business dates',
    { more: { de: 'prefix: de\nasOf: 2026-01-01' } },
    /asOf: the sources of a system have one business date/,
  ],
  [
    'with a reference that is none',
    { more: { de: 'prefix: de\nreferences: { Employee.no: x }' } },
    /de\/source\.yaml:4: .*"Employee\.no" is no key of another system .*Employee\.employeeNo/,
  ],
  ['with a prefix that is none', { more: { de: 'prefix: "d:e"' } }, /prefix: expected up to 20/],
] as const) {
  it(`sources ${what} do not start`, async () => {
    await assert.rejects(twoErps(sources), { code: 'MAPPING_INVALID', message: problem })
  })
}
