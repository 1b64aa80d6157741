/** Where a source can be named: in every filter of a list or an aggregate, and it is never passed over. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  isInputObjectType,
  isObjectType,
  Kind,
  parse,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql'
import { openSubgraph, type OpenSubgraph } from '#shared/open.ts'
import { demoData } from '../support/demo-data.ts'
import { anyone } from '../support/subgraph-fixture.ts'
import { definitionOf, systems, type System } from './systems.ts'

/** Values of one column. */
const ofValues: ReadonlySet<string> = new Set(['IdFilter', 'DecimalFilter', 'MoneyFilter'])
/** Isthmus' own crosswalk has one source, whatever the CRM has. */
const isOwn = ({ name }: GraphQLInputObjectType) => name.startsWith('Identity')

const filtersOf = (schema: GraphQLSchema) =>
  Object.values(schema.getTypeMap())
    .filter(isInputObjectType)
    .filter(({ name }) => name.endsWith('Filter') && !ofValues.has(name))

/** The types of the graph whose rows the systems keep. */
async function entitiesOf(of: readonly System[]): Promise<ReadonlySet<string>> {
  const definitions = await Promise.all(of.map(definitionOf))
  return new Set(
    definitions
      .flatMap(({ databases }) => Object.values(databases))
      .flatMap(({ relations }) => Object.values(relations))
      .flatMap(({ entity }) => (entity === undefined ? [] : [entity])),
  )
}

/** The fields of a type's keys. */
const keysOf = ({ astNode }: GraphQLObjectType): readonly string[] =>
  (astNode?.directives ?? [])
    .filter(({ name }) => name.value === 'key')
    .flatMap(({ arguments: args = [] }) => args.map(({ value }) => value))
    .flatMap((value) => (value.kind === Kind.STRING ? value.value.split(' ') : []))

/** Leads have a source of their own. */
const nameOf = (filter: GraphQLInputObjectType) =>
  filter.name === 'LeadFilter' ? 'fromSource' : 'source'

const filterOf = ({ args }: GraphQLField<unknown, unknown>) =>
  args
    .map(({ type }) => ('ofType' in type ? type.ofType : type))
    .filter(isInputObjectType)
    .find(({ name }) => name.endsWith('Filter'))

for (const system of systems) {
  describe(`the sources of ${system.name}`, () => {
    let subgraph: OpenSubgraph
    before(async () => {
      subgraph = openSubgraph(await definitionOf(system), {
        data: demoData(),
        timeZone: 'Asia/Taipei',
        fiscalYearStartMonth: 1,
      })
    })
    after(() => subgraph[Symbol.dispose]())

    const refused = async (document: string) => {
      const { errors } = await subgraph.execute({
        document: parse(document),
        principal: anyone,
        signal: new AbortController().signal,
      })
      assert.deepEqual(
        errors?.map(({ extensions, message }) => [extensions['code'], message]),
        [
          [
            'BAD_USER_INPUT',
            'There is no source "nowhere": this system has one source without a name, so leave "source" out.',
          ],
        ],
        document,
      )
    }

    it('are named in every filter', () => {
      const without = filtersOf(subgraph.schema)
        .filter((filter) => !isOwn(filter) && !(nameOf(filter) in filter.getFields()))
        .map(({ name }) => name)
      assert.deepEqual(without, [])
    })

    it('can be named wherever rows are found by the keys of another system', async () => {
      const others = await entitiesOf(systems.filter(({ name }) => name !== system.name))
      const own = await entitiesOf([system])
      const without = Object.values(subgraph.schema.getTypeMap())
        .filter(isObjectType)
        .filter(({ name }) => others.has(name) && !own.has(name))
        .flatMap((type) =>
          Object.values(type.getFields())
            .filter(({ name }) => !keysOf(type).includes(name))
            .filter(({ args }) => !args.some(({ name }) => name === 'source' || name === 'filter'))
            .map(({ name }) => `${type.name}.${name}`),
        )
      assert.deepEqual(without, [])
    })

    it('are looked at by every list and every aggregate', async () => {
      const fields = Object.values(subgraph.schema.getQueryType()?.getFields() ?? {})
      let asked = 0
      for (const field of fields) {
        const filter = filterOf(field)
        if (filter === undefined || isOwn(filter)) continue
        const days = 'posted' in filter.getFields() ? ', posted: {from: "2026-01-01"}' : ''
        const groups = field.args.some(({ name }) => name === 'groupBy') ? 'groupBy: [], ' : ''
        const type = 'ofType' in field.type ? field.type.ofType : field.type
        assert.ok(isObjectType(type))
        const rows = 'rows' in type.getFields() ? 'rows' : 'nodes'
        await refused(
          `{ ${field.name}(${groups}filter: {${nameOf(filter)}: "nowhere"${days}}) { ${rows} { __typename } } }`,
        )
        asked += 1
      }
      assert.ok(asked >= 2, `${asked} lists`)
    })

    it('are looked at by every field of Query with that argument', async () => {
      const values = { from: 'EUR', to: 'TWD', kind: 'SPOT' } as Readonly<Record<string, string>>
      for (const field of Object.values(subgraph.schema.getQueryType()?.getFields() ?? {})) {
        if (!field.args.some(({ name }) => name === 'source')) continue
        const args = field.args
          .filter(({ name }) => name in values)
          .map(({ name }) => `, ${name}: ${values[name]}`)
        const type = 'ofType' in field.type ? field.type.ofType : field.type
        const selection = isObjectType(type) ? ' { __typename }' : ''
        await refused(`{ ${field.name}(source: "nowhere"${args.join('')})${selection} }`)
      }
    })
  })
}
