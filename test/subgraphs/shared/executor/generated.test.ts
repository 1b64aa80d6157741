/**
 * Our executor beside graphql-js on drawn operations over every real system and the demo data: every
 * root field and every entity.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'node:test'
import { isObjectType, parse, validate, visit, type GraphQLObjectType } from 'graphql'
import { openSubgraph, type OpenSubgraph } from '#shared/open.ts'
import { demoData } from '../../../support/demo-data.ts'
import { definitionOf, readFrom, systems, type System } from '../../systems.ts'
import { sameAnswers } from './both.ts'
import { drawEntities, drawRoot, randomFrom, type Drawn, type Samples } from './draw.ts'

const rounds = 4

for (const system of systems) {
  describe(`the executor over ${system.name}`, () => {
    let subgraph: OpenSubgraph
    let samples: Samples
    before(async () => {
      const definition = await definitionOf(system)
      const data = demoData()
      subgraph = openSubgraph(definition, {
        data,
        timeZone: 'Asia/Taipei',
        fiscalYearStartMonth: 1,
      })
      samples = samplesOf(data, definition.databases)
    })
    after(() => subgraph[Symbol.dispose]())

    it('answers every root field as graphql-js does', async () => {
      const roots = Object.values(subgraph.schema.getQueryType()?.getFields() ?? {})
      let asked = 0
      for (const [at, field] of roots.entries()) {
        if (field.name.startsWith('_')) continue
        for (let round = 0; round < rounds; round += 1) {
          const random = randomFrom(at * 1_000 + round)
          asked += await ask(subgraph, drawRoot(subgraph.schema, field, samples, random))
        }
      }
      assert.ok(asked > roots.length, `${asked} operations could be asked`)
    })

    it('answers every entity as graphql-js does', async () => {
      const keys = keysOf(system)
      let asked = 0
      for (const [at, [name, fields]] of keys.entries()) {
        const type = subgraph.schema.getType(name)
        assert.ok(isObjectType(type))
        for (let round = 0; round < rounds; round += 1) {
          const representations = representationsOf(type, fields, samples)
          const random = randomFrom(at * 1_000 + round)
          const drawn = drawEntities(subgraph.schema, type, representations, samples, random)
          asked += await ask(subgraph, drawn)
        }
      }
      assert.ok(asked > keys.length, `${asked} operations could be asked`)
    })
  })
}

/** 1 when the operation is a valid one, 0 when it is none. */
async function ask(subgraph: OpenSubgraph, { text, variables }: Drawn): Promise<0 | 1> {
  const document = parse(text)
  if (validate(subgraph.schema, document).length > 0) return 0
  try {
    await sameAnswers(subgraph, { document, variables })
  } catch (cause) {
    throw new Error(text, { cause })
  }
  return 1
}

type DeclaredDatabases = Awaited<ReturnType<typeof definitionOf>>['databases']

function samplesOf(data: string, databases: DeclaredDatabases): Samples {
  const samples = new Map<string, string[]>()
  for (const [name, { relations }] of Object.entries(databases)) {
    const file = new DatabaseSync(join(data, `${name}.sqlite`), { readOnly: true })
    for (const [relation, { columns }] of Object.entries(relations)) {
      for (const [column, { type }] of Object.entries(columns)) {
        if (type.kind !== 'id' && type.kind !== 'text') continue
        const found = file
          .prepare(
            `SELECT DISTINCT "${column}" AS value FROM "${relation}" WHERE "${column}" IS NOT NULL LIMIT 3`,
          )
          .all()
        samples.set(column, [
          ...(samples.get(column) ?? []),
          ...found.map(({ value }) => String(value)),
        ])
      }
    }
    file.close()
  }
  return samples
}

/** The first key of each entity, as the names of its fields. */
function keysOf(system: System): readonly (readonly [type: string, fields: readonly string[]])[] {
  const keys = new Map<string, readonly string[]>()
  visit(parse(readFrom(system, 'schema.graphql')), {
    ObjectTypeDefinition: ({ name, directives = [] }) => {
      const key = directives.find((directive) => directive.name.value === 'key')
      const fields = key?.arguments?.find((argument) => argument.name.value === 'fields')?.value
      if (fields?.kind === 'StringValue') keys.set(name.value, fields.value.split(' '))
    },
  })
  return [...keys]
}

/** Known ones, one that nobody has, and lists of the same keys as a gateway would add them. */
function representationsOf(
  type: GraphQLObjectType,
  fields: readonly string[],
  samples: Samples,
): readonly Readonly<Record<string, unknown>>[] {
  const valueAt = (field: string, at: number) => {
    const number = type.getFields()[field]?.type.toString().startsWith('Int') === true
    return number ? at + 1 : (samples.get(field)?.[at] ?? `none-${at}`)
  }
  return Array.from({ length: 5 }, (_, at) => {
    const key = Object.fromEntries(fields.map((field) => [field, valueAt(field, at)]))
    const lists = fields.map((field) => [`${field}s`, [valueAt(field, at)]])
    return { __typename: type.name, ...key, ...Object.fromEntries(lists) }
  })
}
