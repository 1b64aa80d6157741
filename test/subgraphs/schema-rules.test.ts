/**
 * The rules that every schema keeps (docs: CONTRIBUTING, "add a field"), over the SDL of each system,
 * and the files that every system has.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { Kind, parse, print, visit, type FieldDefinitionNode, type TypeNode } from 'graphql'
import { readSupergraphFile } from '../../gateway/supergraph/compose.ts'

const root = join(import.meta.dirname, '../..')
const systems = readSupergraphFile(join(root, 'supergraph.yaml'))
const common = parse(readFileSync(join(root, 'subgraphs/shared/common.graphql'), 'utf8'))

const isNonNull = (type: TypeNode): boolean => type.kind === Kind.NON_NULL_TYPE
const nameOf = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type)
const has = (
  { directives = [] }: Pick<FieldDefinitionNode, 'directives'>,
  ...names: readonly string[]
): boolean => directives.some(({ name }) => names.includes(name.value))

for (const { name, sdl, schemaFile } of systems) {
  const document = parse(sdl)
  const types = document.definitions.filter(
    (definition) => definition.kind === Kind.OBJECT_TYPE_DEFINITION,
  )
  const keysOf = new Map(
    types.map((type) => [
      type.name.value,
      (type.directives ?? [])
        .filter((directive) => directive.name.value === 'key')
        .map(({ arguments: args = [] }) =>
          args.flatMap(({ value }) => (value.kind === Kind.STRING ? [value.value] : [])).join(),
        ),
    ]),
  )
  const isEntity = (type: string): boolean => (keysOf.get(type)?.length ?? 0) > 0

  describe(`the schema of ${name}`, () => {
    it('describes every type, field, argument and value', () => {
      const without: string[] = []
      visit(document, {
        enter(node, _key, _parent, _path, ancestors) {
          if (!('description' in node) && !('name' in node)) return
          const described: readonly string[] = [
            Kind.OBJECT_TYPE_DEFINITION,
            Kind.FIELD_DEFINITION,
            Kind.INPUT_VALUE_DEFINITION,
            Kind.ENUM_TYPE_DEFINITION,
            Kind.ENUM_VALUE_DEFINITION,
            Kind.INPUT_OBJECT_TYPE_DEFINITION,
            Kind.SCALAR_TYPE_DEFINITION,
          ]
          if (!described.includes(node.kind)) return
          if (!('description' in node) || node.description === undefined)
            without.push(`${print(node as never).split('\n', 1)[0]} (${ancestors.length})`)
        },
      })
      assert.deepEqual(without, [])
    })

    it('every field of Query may be null and says who may ask', () => {
      const query = types.find((type) => type.name.value === 'Query')
      for (const field of query?.fields ?? []) {
        assert.ok(!isNonNull(field.type), `Query.${field.name.value} may be null`)
        assert.ok(
          has(field, 'authenticated', 'requiresScopes'),
          `Query.${field.name.value} has a rule`,
        )
      }
    })

    it('an entity’s fields may be null, except the one key by which its owner is asked', () => {
      for (const type of types.filter((each) => isEntity(each.name.value))) {
        const keys = keysOf.get(type.name.value) ?? []
        for (const field of type.fields ?? []) {
          const isOnlyKey =
            keys.length === 1 && (keys[0] ?? '').split(' ').includes(field.name.value)
          assert.ok(
            !isNonNull(field.type) || isOnlyKey,
            `${type.name.value}.${field.name.value} may be null`,
          )
        }
      }
    })

    it('a reference to an entity may be null, wherever it stands', () => {
      for (const type of types.filter((each) => !/(Connection|Edge)$/.test(each.name.value))) {
        for (const field of type.fields ?? []) {
          if (isEntity(nameOf(field.type)))
            assert.ok(!isNonNull(field.type), `${type.name.value}.${field.name.value} may be null`)
        }
      }
    })

    it('a field with a scope may be null, and a connection has its four fields', () => {
      for (const type of types) {
        for (const field of type.fields ?? []) {
          if (has(field, 'requiresScopes'))
            assert.ok(!isNonNull(field.type), `${type.name.value}.${field.name.value} may be null`)
        }
        if (type.name.value.endsWith('Connection')) {
          assert.deepEqual(
            (type.fields ?? []).map((field) => field.name.value),
            ['edges', 'nodes', 'pageInfo', 'totalCount'],
          )
        }
      }
    })

    it('no money or rate is a Float, no order or measure a free text, and nothing is JSON', () => {
      for (const type of types) {
        for (const field of type.fields ?? []) {
          const at = `${type.name.value}.${field.name.value}`
          assert.notEqual(nameOf(field.type), 'JSON', at)
          if (nameOf(field.type) === 'Float')
            assert.match(field.name.value, /^(average|lat$|lon$)/, at)
          for (const argument of field.arguments ?? []) {
            if (['orderBy', 'groupBy', 'bucket'].includes(argument.name.value))
              assert.notEqual(nameOf(argument.type), 'String', at)
          }
        }
        assert.ok(!['Mutation', 'Subscription'].includes(type.name.value))
      }
    })

    it('what states cost, margin, pay, credit or bank has a scope', () => {
      for (const type of types) {
        for (const field of type.fields ?? []) {
          const stated =
            /^(cost|margin|cogs|salary|standardCost|costRollup|credit(Limit|Rating|Hold|Decision)|availableCredit|bankTransactions?|commissionStatement|commissionPlan|partsCost|serviceCost|warrantyCost|personnelCost|costedCount|uncostedLines|averageDaysToPay)$/.test(
              field.name.value,
            )
          const isScopedType = has(type, 'requiresScopes')
          if (stated)
            assert.ok(
              has(field, 'requiresScopes') || isScopedType,
              `${type.name.value}.${field.name.value} has a scope`,
            )
        }
      }
    })

    it('takes the value types as they were agreed', () => {
      const own = new Map(
        document.definitions.flatMap((definition) =>
          'name' in definition && definition.name
            ? [[definition.name.value, print(definition)] as const]
            : [],
        ),
      )
      for (const definition of common.definitions) {
        if ('name' in definition && definition.name)
          assert.equal(own.get(definition.name.value), print(definition))
      }
    })

    it('stands in a folder like the others', () => {
      const folder = dirname(schemaFile)
      for (const file of [
        'README.md',
        'relations.ts',
        'rules.ts',
        'source.ts',
        'loaders.ts',
        'resolvers.ts',
        'subgraph.ts',
        'main.ts',
      ]) {
        assert.ok(existsSync(join(folder, file)), `${name}/${file}`)
      }
    })
  })
}
