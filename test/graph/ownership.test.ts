/**
 * Every list of the schema with each other system down: only what the system owns that is down may
 * be missing. The questions are made from the schema, so a new field is covered by itself.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import {
  getNamedType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  type ConstDirectiveNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql'
import { createApp, type App } from '../../gateway/app.ts'
import { readConfig } from '../../gateway/config.ts'
import { noLog } from '../../gateway/log.ts'
import { demoIdentities } from '../../gateway/tokens/demo.ts'
import { startGraph, type Graph } from '../support/graph.ts'

const systems = ['crm', 'erp', 'hr', 'finance'] as const
type System = (typeof systems)[number] | 'platform'

/** Coordinate → the systems that can answer it, out of `@join__field` and `@join__type`. */
function ownersOf(supergraphSdl: string): ReadonlyMap<string, ReadonlySet<string>> {
  const owners = new Map<string, Set<string>>()
  const graphsIn = (directives: readonly ConstDirectiveNode[] | undefined, name: string) =>
    (directives ?? [])
      .filter((directive) => directive.name.value === name && !isExternal(directive))
      .flatMap(({ arguments: args }) =>
        (args ?? []).flatMap(({ name: argument, value }) =>
          argument.value === 'graph' && value.kind === Kind.ENUM ? [value.value.toLowerCase()] : [],
        ),
      )
  for (const definition of parse(supergraphSdl).definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue
    const ofType = graphsIn(definition.directives, 'join__type')
    for (const field of definition.fields ?? []) {
      const ofField = graphsIn(field.directives, 'join__field')
      owners.set(
        `${definition.name.value}.${field.name.value}`,
        new Set(ofField.length > 0 ? ofField : ofType),
      )
    }
  }
  return owners
}

const isExternal = ({ arguments: args }: ConstDirectiveNode): boolean =>
  (args ?? []).some(
    ({ name, value }) => name.value === 'external' && value.kind === Kind.BOOLEAN && value.value,
  )

/** A value for each argument that must be given. */
const values: Readonly<Record<string, string>> = {
  range: '{ from: "2026-01-01", to: "2026-06-30" }',
  period: '"2026-Q2"',
  year: '2026',
  quantity: '"3"',
  orderValue: '{ amount: "100", currency: "TWD" }',
  currency: '"TWD"',
  posted: '{ from: "2026-01-01", to: "2026-06-30" }',
  from: '"USD"',
  sku: '"PMP-1001"',
  code: '"SALES-N"',
  to: '"TWD"',
}

/** Roots that want exactly one of several keys. */
const keyed: Readonly<Record<string, string>> = {
  customer: '(crmAccountId: "A000001")',
  campaign: '(id: "CP-001")',
  employee: '(employeeNo: "E0010")',
}

function argumentsOf(field: GraphQLField<unknown, unknown>): string {
  const key = keyed[field.name]
  if (key !== undefined && field.args.length > 0) return key
  const given = field.args.flatMap((argument) => {
    const value = valueOf(argument)
    return value === null ? [] : [`${argument.name}: ${value}`]
  })
  return given.length === 0 ? '' : `(${given.join(', ')})`
}

function valueOf(argument: GraphQLArgument): string | null {
  if (argument.name === 'first') return '3'
  if (!isNonNullType(argument.type)) return argument.name === 'bucket' ? 'MONTH' : null
  const type = getNamedType(argument.type)
  if (argument.name === 'groupBy' && isEnumType(type)) return `[${type.getValues()[0]?.name ?? ''}]`
  if (argument.name === 'filter') return '{ posted: { from: "2026-01-01", to: "2026-06-30" } }'
  return values[argument.name] ?? `"?${argument.name}"`
}

/** All fields that need no unknown key, `depth` levels of references deep. */
function selection(type: GraphQLObjectType, depth: number): string {
  const parts = Object.values(type.getFields()).flatMap((field) => {
    const args = argumentsOf(field)
    // The log of the questions themselves is another one each time.
    if (args.includes('"?') || field.name === 'auditEntries') return []
    const of = getNamedType(field.type)
    if (isLeafType(of)) return [`${field.name}${args}`]
    if (!isObjectType(of)) return []
    const isReference = 'edges' in of.getFields() || isEntity(of)
    if (isReference && depth === 0) return []
    const inner = selection(of, isReference ? depth - 1 : depth)
    return inner === '' ? [] : [`${field.name}${args} { ${inner} }`]
  })
  return parts.join(' ')
}

const plain = new Set(['Money', 'Quantity', 'Period', 'PageInfo', 'GeoPoint', 'Segment'])
/** Types that other systems may extend; the plain value types are taken along without counting. */
const isEntity = (type: GraphQLObjectType): boolean =>
  !plain.has(type.name) && !type.name.endsWith('Edge') && !type.name.endsWith('Connection')

interface Root {
  readonly name: string
  readonly owner: System
  readonly document: string
}

function rootsOf(
  schema: GraphQLSchema,
  owners: ReadonlyMap<string, ReadonlySet<string>>,
): readonly Root[] {
  return Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap((field) => {
    const args = argumentsOf(field)
    const of = getNamedType(field.type)
    const [owner] = owners.get(`Query.${field.name}`) ?? []
    if (args.includes('"?') || owner === undefined || field.name === 'auditEntries') return []
    if (isLeafType(of))
      return [{ name: field.name, owner: owner as System, document: `{ ${field.name}${args} }` }]
    if (!isObjectType(of)) return []
    const isList = 'nodes' in of.getFields() || 'rows' in of.getFields()
    const through = selection(of, isList ? 2 : 1)
    return [
      {
        name: field.name,
        owner: owner as System,
        document: `{ ${field.name}${args} { ${through} } }`,
      },
    ]
  })
}

interface Difference {
  readonly path: string
  readonly coordinate: string
}

/** Where an answer lacks what the full one has; anything else that differs fails the test. */
function missing(
  schema: GraphQLSchema,
  full: unknown,
  partial: unknown,
  at: { type: GraphQLObjectType; path: string },
): Difference[] {
  if (typeof full !== 'object' || full === null) return []
  return Object.entries(full).flatMap(([name, value]): Difference[] => {
    const field = at.type.getFields()[name]
    if (field === undefined) return []
    const path = `${at.path}.${name}`
    const other = (partial as Record<string, unknown> | null)?.[name]
    return compare(schema, value, other, field, { type: at.type, path })
  })
}

function compare(
  schema: GraphQLSchema,
  full: unknown,
  partial: unknown,
  field: GraphQLField<unknown, unknown>,
  { type, path }: { type: GraphQLObjectType; path: string },
): Difference[] {
  if (full === null) return []
  if (partial === null || partial === undefined)
    return [{ path, coordinate: `${type.name}.${field.name}` }]
  const of = getNamedType(field.type)
  if (isObjectType(of)) {
    if (!isListType(isNonNullType(field.type) ? field.type.ofType : field.type))
      return missing(schema, full, partial, { type: of, path })
    const [all, some] = [full as unknown[], partial as unknown[]]
    assert.equal(some.length, all.length, `${path} has as many rows`)
    return all.flatMap((each, index) =>
      some[index] === null && each !== null
        ? [{ path: `${path}.${index}`, coordinate: `${type.name}.${field.name}` }]
        : missing(schema, each, some[index], { type: of, path: `${path}.${index}` }),
    )
  }
  // A customer with several numbers is known to the ERP by the number of the row; the CRM, when it is
  // asked as well, says the first one.
  if (`${type.name}.${field.name}` === 'Customer.erpCustomerNo') return []
  assert.deepEqual(partial, full, path)
  return []
}

describe('a system that is down takes only its own fields with it', () => {
  const sdl = readFileSync(
    new URL('../../gateway/supergraph/isthmus.graphql', import.meta.url),
    'utf8',
  )
  const owners = ownersOf(sdl)
  let graph: Graph
  const without = new Map<string, App>()
  before(async () => {
    graph = await startGraph()
    const config = readConfig({ ISTHMUS_DATA: graph.data })
    for (const down of systems) {
      without.set(
        down,
        // Nothing listens on port 9 (discard) of the loopback.
        await createApp(
          {
            ...config,
            system: (name) =>
              name === down
                ? { source: 'http', url: 'http://127.0.0.1:9', timeoutMs: 2_000 }
                : config.system(name),
          },
          { log: noLog },
        ),
      )
    }
  })
  after(async () => {
    for (const app of without.values()) await app[Symbol.asyncDispose]()
    await graph[Symbol.asyncDispose]()
  })

  const fullAnswers = new Map<string, unknown>()
  async function fullAnswer(root: Root): Promise<unknown> {
    const known = fullAnswers.get(root.name)
    if (known !== undefined) return known
    const { data, errors } = await graph.ask(root.document)
    assert.deepEqual(errors ?? [], [], root.name)
    fullAnswers.set(root.name, data)
    return data
  }

  for (const down of systems) {
    it(`without ${down}`, async () => {
      const app = without.get(down)
      assert.ok(app)
      const schema = app.generation().apiSchema
      const principal = {
        ...(await graph.app.principalFor({ subject: demoIdentities.admin.subject, groups: [] })),
      }
      let differences = 0
      const query = schema.getQueryType()
      assert.ok(query)
      const roots = rootsOf(schema, owners)
      assert.ok(roots.length > 45, `${roots.length} root fields`)
      for (const root of roots) {
        const full = await fullAnswer(root)
        const { data, errors = [] } = JSON.parse(
          JSON.stringify(await app.execute({ document: root.document }, principal)),
        ) as {
          data: unknown
          errors?: { message: string; path?: string[]; extensions: { code: string } }[]
        } // as a client gets it
        const found = missing(schema, full, data, { type: query, path: '' })
        for (const { path, coordinate } of found) {
          assert.ok(
            dependsOn(coordinate, down),
            `without ${down}, ${root.name} lacks ${coordinate} at ${path}`,
          )
        }
        if (found.length > 0) {
          assert.ok(errors.length > 0, `${root.name}: what is missing is an error`)
          for (const error of errors) {
            assert.equal(error.extensions.code, 'SOURCE_UNAVAILABLE')
            assert.ok(error.path !== undefined && error.path.length > 0)
            assert.doesNotMatch(error.message, /127\.0\.0\.1|ECONN|SELECT/)
          }
        }
        differences += found.length
      }
      assert.ok(differences > 0, `without ${down} something must be missing`)
    })
  }

  /** Computed from another system's fields, so they go with that system; DESIGN's chains, no others. */
  const computed: Readonly<Record<string, readonly string[]>> = {
    crm: [
      'Customer.orders',
      'Customer.orderStats',
      'Customer.openOrderValue',
      'Customer.availableCredit',
      'Customer.creditDecision',
      'QuoteLine.promise',
    ],
    erp: ['Customer.availableCredit', 'Customer.creditDecision'],
    hr: [],
    finance: [],
  }

  const dependsOn = (coordinate: string, down: string): boolean => {
    const own = owners.get(coordinate)
    return (
      own?.has(down) === true ||
      own === undefined ||
      (computed[down] ?? []).includes(coordinate) ||
      reachedThrough(coordinate, down)
    )
  }

  /**
   * A customer, employee or supplier known by one key is reached in a third system through the system
   * that bridges the keys: CRM for customers, HR for people.
   */
  const reachedThrough = (coordinate: string, down: string): boolean =>
    (down === 'crm' && coordinate.startsWith('Customer.')) ||
    (down === 'hr' && coordinate.startsWith('Employee.'))
})
