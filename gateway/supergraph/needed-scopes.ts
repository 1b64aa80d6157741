/**
 * The scopes that a fetch needs: every scope that some rule of what it selects, asks with or gives as
 * input names. A subgraph is told these of a caller's scopes and no others. Looked for once for a
 * planned fetch; where it is not certain what is meant, one scope more is named.
 */
import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql'
import { policyGrant, type Requirement } from '#shared/rules/requirements.ts'
import type { Rules } from '#shared/rules/rules.ts'

/** For the fetches that are asked together; in the order of the alphabet. */
export type NeededScopes = (fetches: readonly FetchNode[]) => readonly string[]

export function createNeededScopes(rules: Rules, schema: GraphQLSchema): NeededScopes {
  const policies = new Set([...rules.policies].map(policyGrant))
  const named = (requirements: readonly Requirement[] | undefined): readonly string[] =>
    (requirements ?? [])
      .flatMap(({ grants }) => grants.flat())
      .filter((grant) => !policies.has(grant))
  const ofInputs = inputScopes(rules, schema, named)

  const ofType = (type: GraphQLNamedType, found: Set<string>) => {
    for (const each of related(schema, type)) add(found, named(rules.requirements.get(each.name)))
  }
  const ofField = (
    parent: GraphQLNamedType,
    { name, type, args }: GraphQLField<unknown, unknown>,
    given: ReadonlySet<string>,
    found: Set<string>,
  ) => {
    ofType(getNamedType(type), found)
    for (const each of related(schema, parent)) {
      const coordinate = `${each.name}.${name}`
      add(found, named(rules.requirements.get(each.name)))
      add(found, named(rules.requirements.get(coordinate)))
      add(found, (rules.masks.get(coordinate)?.unless ?? []).flat())
      for (const argument of args) {
        if (!given.has(argument.name) && argument.defaultValue === undefined) continue
        add(found, named(rules.inputs.get(`${coordinate}(${argument.name}:)`)))
        add(found, ofInputs(getNamedType(argument.type)))
      }
    }
  }

  const ofOperation = (text: string, found: Set<string>) => {
    const types = new TypeInfo(schema)
    visit(
      parse(text, { noLocation: true }),
      visitWithTypeInfo(types, {
        Field: ({ arguments: given = [] }) => {
          const parent = types.getParentType()
          const field = types.getFieldDef()
          // `_entities` is no field of the supergraph; below it fragments name the types.
          if (!parent || !field) return
          ofField(parent, field, new Set(given.map(({ name }) => name.value)), found)
        },
        InlineFragment: () => {
          const type = types.getType()
          if (type) ofType(getNamedType(type), found)
        },
      }),
    )
  }

  /** What the representations carry: keys, and what is computed from. */
  const ofInput = (
    selections: readonly QueryPlanSelectionNode[],
    parent: GraphQLNamedType | undefined,
    found: Set<string>,
  ): void => {
    for (const selection of selections) {
      if (selection.kind === 'InlineFragment') {
        const { typeCondition } = selection
        const type = typeCondition === undefined ? parent : schema.getType(typeCondition)
        ofInput(selection.selections, type, found)
        continue
      }
      const field =
        isObjectType(parent) || isInterfaceType(parent)
          ? parent.getFields()[selection.name]
          : undefined
      if (parent === undefined || field === undefined) continue
      ofField(parent, field, new Set(), found)
      ofInput(selection.selections ?? [], getNamedType(field.type), found)
    }
  }

  return (fetches) => {
    const found = new Set<string>()
    for (const { operation, requires = [] } of fetches) {
      ofOperation(operation, found)
      ofInput(requires, undefined, found)
    }
    return [...found].toSorted()
  }
}

const add = (found: Set<string>, names: Iterable<string>): void => {
  for (const name of names) found.add(name)
}

/** The type, what may be behind it, and the interfaces of those: each may carry the rule. */
function related(schema: GraphQLSchema, type: GraphQLNamedType): ReadonlySet<GraphQLNamedType> {
  if (!isCompositeType(type)) return new Set([type])
  const behind = isAbstractType(type) ? schema.getPossibleTypes(type) : [type]
  return new Set<GraphQLNamedType>([
    type,
    ...behind,
    ...behind.flatMap((each) => (isObjectType(each) ? each.getInterfaces() : [])),
  ])
}

/** The scopes of all that some value of an input type can ask with. */
function inputScopes(
  { inputs, requirements }: Rules,
  schema: GraphQLSchema,
  named: (requirements: readonly Requirement[] | undefined) => readonly string[],
): (type: GraphQLNamedType) => ReadonlySet<string> {
  const known = new Map<string, ReadonlySet<string>>()
  const reached = (type: GraphQLNamedType, seen: Set<GraphQLNamedType>): void => {
    if (seen.has(type)) return
    seen.add(type)
    if (!isInputObjectType(type)) return
    for (const field of Object.values(type.getFields())) reached(getNamedType(field.type), seen)
  }
  return (type) => {
    const before = known.get(type.name)
    if (before !== undefined) return before
    const types = new Set<GraphQLNamedType>()
    reached(schema.getType(type.name) ?? type, types)
    const scopes = new Set<string>()
    for (const each of types) {
      const parts = isEnumType(each)
        ? each.getValues()
        : isInputObjectType(each)
          ? Object.values(each.getFields())
          : []
      add(scopes, named(requirements.get(each.name)))
      for (const { name } of parts) add(scopes, named(inputs.get(`${each.name}.${name}`)))
    }
    known.set(type.name, scopes)
    return scopes
  }
}
