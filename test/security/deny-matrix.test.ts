/**
 * Every protected field of the committed supergraph: without its scope it is not read, with it it is;
 * and nothing protected can be filtered, sorted or measured by around the rule.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import {
  getNamedType,
  GraphQLEnumType,
  GraphQLInputObjectType,
  type GraphQLType,
  GraphQLObjectType,
  Kind,
  type FieldNode,
  type GraphQLField,
  type OperationDefinitionNode,
} from 'graphql'
import { authorise } from '../../gateway/request/authorise.ts'
import { generationOf } from '../support/generation.ts'

const generation = generationOf(
  readFileSync(new URL('../../gateway/supergraph/isthmus.graphql', import.meta.url), 'utf8'),
)
const { apiSchema, policies } = generation
const protectedFields = [...policies.requirements].flatMap(([coordinate, requirements]) => {
  const [type = '', field] = coordinate.split('.')
  const scopes = requirements.flatMap((each) => each.grants.flat())
  return field === undefined || scopes.length === 0 ? [] : [{ coordinate, type, field, scopes }]
})

const fieldOf = (type: string, name: string): GraphQLField<unknown, unknown> => {
  const definition = apiSchema.getType(type)
  assert.ok(definition instanceof GraphQLObjectType, type)
  const field = definition.getFields()[name]
  assert.ok(field, `${type}.${name}`)
  return field
}

/** The shortest way from Query to a type, as field names, through fields that need no scope. */
function pathTo(type: string): readonly string[] {
  const root = apiSchema.getQueryType()
  assert.ok(root)
  const queue: { at: GraphQLObjectType; path: readonly string[] }[] = [{ at: root, path: [] }]
  const seen = new Set([root.name])
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (next.at.name === type) return next.path
    for (const field of Object.values(next.at.getFields())) {
      const to = getNamedType(field.type)
      if (!(to instanceof GraphQLObjectType) || seen.has(to.name)) continue
      seen.add(to.name)
      queue.push({ at: to, path: [...next.path, field.name] })
    }
  }
  throw new Error(`no way to ${type}`)
}

/** An operation that selects the path; arguments do not matter to rights. */
function operationOf(path: readonly string[]): OperationDefinitionNode {
  const [name = '__typename', ...rest] = path
  return {
    kind: Kind.OPERATION_DEFINITION,
    operation: 'query' as never,
    selectionSet: {
      kind: Kind.SELECTION_SET,
      selections: [
        {
          kind: Kind.FIELD,
          name: { kind: Kind.NAME, value: name },
          ...(rest.length > 0 ? { selectionSet: operationOf(rest).selectionSet } : {}),
        },
      ],
    },
  }
}

const authorised = (path: readonly string[], scopes: ReadonlySet<string>) => {
  const operation = operationOf(path)
  const document = { kind: Kind.DOCUMENT, definitions: [operation] } as const
  const allowed = authorise(document, operation, generation, {
    held: scopes,
    asks: new Map(),
  })
  return {
    denied: allowed.denied.map(({ coordinate }) => coordinate),
    operation: allowed.operation,
  }
}

/** The names on the one way that an operation goes. */
const namesOf = ({ selectionSet }: Pick<FieldNode, 'selectionSet'>): readonly string[] =>
  (selectionSet?.selections ?? []).flatMap((selection) =>
    selection.kind === Kind.FIELD ? [selection.name.value, ...namesOf(selection)] : [],
  )

describe('the deny matrix', () => {
  it('has something to deny', () => assert.ok(protectedFields.length > 50))

  for (const { coordinate, type, field, scopes } of protectedFields) {
    it(`${coordinate} needs ${scopes.join(', ')}`, () => {
      const path = [...pathTo(type), field]
      const returned = getNamedType(fieldOf(type, field).type)
      const whole = returned instanceof GraphQLObjectType ? [...path, '__typename'] : path
      const everything = new Set(policies.scopes)
      const others = everything.difference(new Set(scopes))
      for (const held of [new Set<string>(), others]) {
        const { denied, operation } = authorised(whole, held)
        assert.ok(denied.length > 0, coordinate)
        assert.notDeepEqual(namesOf(operation), whole, `${coordinate} is still asked for`)
        if (held === others)
          assert.ok(denied.includes(coordinate), `${coordinate}: ${denied.join()}`)
      }
      assert.deepEqual(authorised(whole, everything).denied, [])
    })
  }

  it('every root field asks for a caller at least', () => {
    for (const name of Object.keys(apiSchema.getQueryType()?.getFields() ?? {})) {
      assert.ok(policies.requirements.has(`Query.${name}`), name)
    }
  })

  /** A list of `orders` gives SalesOrder; its filter must not look where its reader may not. */
  it('no filter, order or measure looks at a protected field of the type it lists', () => {
    const words = (name: string) => name.replaceAll('_', '').toLowerCase()
    for (const type of Object.values(apiSchema.getTypeMap())) {
      if (!(type instanceof GraphQLObjectType)) continue
      for (const field of Object.values(type.getFields())) {
        const listed = getNamedType(field.type).name.replace(/(Connection|Aggregates)$/, '')
        const guarded = new Set(
          protectedFields
            .filter((each) => each.type === listed || each.type === `${listed}Aggregate`)
            .map((each) => words(each.field)),
        )
        if (
          guarded.size === 0 ||
          policies.requirements
            .get(`${type.name}.${field.name}`)
            ?.some(({ grants }) => grants.length > 0)
        )
          continue
        for (const argument of field.args) {
          assert.ok(
            !guarded.has(words(argument.name)),
            `${type.name}.${field.name}(${argument.name})`,
          )
          for (const name of namesIn(argument.type)) {
            assert.ok(
              !guarded.has(words(name)),
              `${type.name}.${field.name}(${argument.name}: … ${name} …) reads what ${listed} protects`,
            )
          }
        }
      }
    }
  })
})

/** Field names and enum values of an argument's type, as deep as it goes. */
function namesIn(type: GraphQLType, seen = new Set<unknown>()): readonly string[] {
  const named = getNamedType(type)
  if (seen.has(named)) return []
  seen.add(named)
  if (named instanceof GraphQLEnumType) return named.getValues().map(({ name }) => name)
  if (!(named instanceof GraphQLInputObjectType)) return []
  return Object.values(named.getFields()).flatMap((field) => [
    field.name,
    ...namesIn(field.type, seen),
  ])
}
