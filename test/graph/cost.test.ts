/**
 * Costs over the demo data: an estimate is never less than what the answer had, the questions of this
 * repository pass the defaults, and every list of the schema has a size.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { array, assert as assertProperty, asyncProperty, nat } from 'fast-check'
import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLObjectType,
} from 'graphql'
import type { AnsweredCost } from '../../gateway/limits/answered-cost.ts'
import { noLimits } from '../../gateway/limits/limits.ts'
import { readLibrary } from '../../gateway/reports/library.ts'
import type { Explanation } from '../../gateway/request/explain.ts'
import { silent } from '../../gateway/request/observer.ts'
import { demoIdentities, type DemoIdentity } from '../../gateway/tokens/demo.ts'
import { readQuestions } from '../bench/questions.ts'
import { startGraph, type Graph } from '../support/graph.ts'

let graph: Graph
before(async () => {
  graph = await startGraph()
})
after(() => graph[Symbol.asyncDispose]())

type Values = Readonly<Record<string, unknown>>

async function costOf(
  document: string,
  variables: Values,
  as: DemoIdentity,
  limits?: typeof noLimits,
) {
  const { subject } = demoIdentities[as]
  const principal = await graph.app.principalFor({ subject, groups: [] })
  const { extensions } = await graph.app.execute({ document, variables }, principal, {
    cost: true,
    ...(limits === undefined ? {} : { limits }),
  })
  return extensions?.['cost'] as AnsweredCost // as it was asked for
}

describe('the questions of this repository', () => {
  for (const { name, operation, variables, identity } of readLibrary()) {
    it(`${name} passes the defaults, and costs no more than estimated`, async () => {
      const { estimated, actual } = await costOf(operation, variables, identity)
      assert.ok(actual > 0 && actual <= estimated, `${actual} of ${estimated}`)
    })
  }

  it('of the benchmark do too, each with all its variables', async () => {
    for (const { name, query, variants } of readQuestions(graph.data)) {
      for (const variables of variants.slice(0, 5)) {
        const { estimated, actual } = await costOf(query, variables, 'admin')
        assert.ok(actual > 1 && actual <= estimated, `${name}: ${actual} of ${estimated}`)
      }
    }
  })
})

type Field = GraphQLField<unknown, unknown>

/** A question that chooses fields by chance; fields that need arguments are left out. */
function questionOf(choose: (most: number) => number): string {
  const fieldsOf = (type: GraphQLObjectType): readonly Field[] =>
    Object.values(type.getFields()).filter(
      ({ args }) =>
        !args.some((each) => isNonNullType(each.type) && each.defaultValue === undefined),
    )
  const some = (fields: readonly Field[], count: number): readonly Field[] =>
    Array.from({ length: count }, () => fields[choose(fields.length)]).filter(
      (each) => each !== undefined,
    )
  const selection = (type: GraphQLObjectType, depth: number): string => {
    const chosen = some(fieldsOf(type), 1 + choose(4)).map((field) => written(field, depth))
    return ['__typename', ...new Set(chosen.filter((text) => text !== ''))].join(' ')
  }
  let number = 0
  const written = (field: Field, depth: number): string => {
    const named = getNamedType(field.type)
    number += 1
    const head = `f${number}: ${field.name}${field.args.some(({ name }) => name === 'first') ? `(first: ${1 + choose(8)})` : ''}`
    if (!isCompositeType(named)) return head
    return isObjectType(named) && depth < 5 ? `${head} { ${selection(named, depth + 1)} }` : ''
  }
  const query = graph.app.generation().apiSchema.getQueryType()
  assert.ok(query)
  return `{ ${selection(query, 0)} }`
}

describe('an estimate', () => {
  it(
    'is never less than what an answer had, as a whole and by system',
    { timeout: 300_000 },
    async () => {
      let total = 0
      const ofSystems = new Map<string, number>()
      await assertProperty(
        asyncProperty(array(nat(1_000), { minLength: 200, maxLength: 200 }), async (chances) => {
          let at = 0
          const document = questionOf((most) => (chances[at++ % chances.length] ?? 0) % most)
          const { estimated, actual, systems } = await costOf(document, {}, 'admin', noLimits)
          total += actual
          assert.ok(actual <= estimated, `${actual} of ${estimated}: ${document}`)
          for (const [system, cost] of Object.entries(systems)) {
            ofSystems.set(system, (ofSystems.get(system) ?? 0) + cost.actual)
            const said = `${system} ${cost.actual} of ${cost.estimated}: ${document}`
            assert.ok(cost.actual <= cost.estimated, said)
          }
        }),
        { numRuns: 150, seed: 7 },
      )
      assert.ok(total > 1_000, `the answers had ${total} points`)
      for (const system of ['crm', 'erp', 'hr', 'finance', 'platform'])
        assert.ok((ofSystems.get(system) ?? 0) > 0, `${system} was asked for something`)
    },
  )

  it('grows with what variables say, and takes the default where they say nothing', async () => {
    const document =
      'query ($n: Int) { salesOrders(first: $n) { nodes { orderNo customer { name } } } }'
    const estimate = async (variables: Values) =>
      (await costOf(document, variables, 'admin')).estimated
    assert.equal(await estimate({ n: 10 }), 21)
    assert.equal(await estimate({ n: 100 }), 201)
    assert.equal(await estimate({}), 101)
  })
})

describe('the cost of each system', () => {
  it('is what it answered, an entity that is asked for once counted once', async () => {
    const document = '{ salesOrders(first: 500) { nodes { orderNo salesperson { displayName } } } }'
    const principal = await graph.app.principalFor({ subject: 'kao.admin', groups: [] })
    let people = 0
    const { data, extensions } = await graph.app.execute({ document }, principal, {
      cost: true,
      observer: { ...silent, fetch: ({ entities }) => (people += entities) },
    })
    assert.ok(people > 1 && people < 100, `${people} people of 500 orders`)
    const { salesOrders } = data as { salesOrders: { nodes: { salesperson: unknown }[] } }
    const sold = salesOrders.nodes.filter(({ salesperson }) => salesperson !== null).length
    // The connection, its orders and who sold them; then each person once.
    const cost = extensions?.['cost'] as AnsweredCost // as it was asked for
    assert.deepEqual(cost.systems, {
      erp: { estimated: 1_001, actual: 501 + sold },
      hr: { estimated: 500, actual: people },
    })
  })

  it('is less where there is less, and nothing where nobody was asked', async () => {
    const document =
      '{ customer(crmAccountId: "none") { name orders(first: 10) { nodes { orderNo } } } }'
    const { systems } = await costOf(document, {}, 'admin')
    assert.deepEqual(systems['crm'], { estimated: 1, actual: 1 }) // a question costs something
    const { estimated = 0, actual } = systems['erp'] ?? {}
    assert.deepEqual([estimated > 10, actual], [true, 0])
  })
})

it('every list has a size, its own or the one of the field above', () => {
  const { apiSchema, costs } = graph.app.generation()
  const types = Object.values(apiSchema.getTypeMap()).filter(
    (type) => isObjectType(type) && !type.name.startsWith('__'),
  ) as readonly GraphQLObjectType[] // as filtered
  const sized = new Set(
    types.flatMap((type) =>
      Object.values(type.getFields()).flatMap((field) =>
        (costs.listSizes.get(`${type.name}.${field.name}`)?.sizedFields ?? []).map(
          (name) => `${getNamedType(field.type).name}.${name}`,
        ),
      ),
    ),
  )
  const without = types.flatMap((type) =>
    Object.values(type.getFields())
      .filter(({ type: of }) => isListType(getNullableType(of)))
      .map(({ name }) => `${type.name}.${name}`)
      .filter((coordinate) => !costs.listSizes.has(coordinate) && !sized.has(coordinate)),
  )
  assert.deepEqual(without, [])
  assert.ok(sized.size > 50)
})

describe('an explanation', () => {
  it('says cost, plan, limits and missing scopes, and asks no system', async () => {
    const principal = await graph.app.principalFor({ subject: 'mei.lin', groups: [] })
    const asked: string[] = []
    const { data, extensions } = await graph.app.execute(
      {
        document:
          '{ salesOrders(first: 1000) { nodes { orderNo cost { amount } customer { name orders(first: 500) { nodes { orderNo } } } } } }',
      },
      principal,
      {
        explained: true,
        observer: {
          stage: () => undefined,
          statement: () => undefined,
          fetch: ({ system }) => asked.push(system),
        },
      },
    )
    const explanation = extensions?.['explain'] as Explanation // as it was asked for
    assert.equal(data, null)
    assert.deepEqual(asked, [])
    assert.deepEqual(explanation.missingScopes, [
      {
        path: ['salesOrders', 'nodes', 'cost'],
        coordinate: 'SalesOrder.cost',
        scopes: [['erp:cost:read']],
      },
    ])
    assert.deepEqual(
      explanation.refusedBy.map(({ code }) => code),
      ['MAX_NESTED_ROWS_LIMIT'],
    )
    assert.equal(explanation.nestedRows.estimated, 500_000)
    assert.match(
      explanation.plan,
      /ask erp: .*salesOrders[\s\S]*ask crm for salesOrders\.nodes\.customer/,
    )
    assert.deepEqual(Object.keys(explanation.systems).toSorted(), ['crm', 'erp'])
    assert.equal(explanation.limits.nestedRows, 100_000)
  })
})
