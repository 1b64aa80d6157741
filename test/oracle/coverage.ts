/**
 * What the questions really exercised, counted on the requests that subgraphs got: nobody has to
 * believe in a generator that might be empty.
 */
import { Kind, parse, visit, type SelectionSetNode, type TypeNode } from 'graphql'
import type { Question } from './case.ts'
import { isInKey, namedType, type Catalogue } from './catalogue.ts'
import type { Asked } from './subgraph.ts'

/** Every feature that a question can use. */
export const features = [
  'several subgraphs asked',
  'entities fetched',
  'three fetches or more',
  'six fetches or more',
  'several representations in one fetch',
  'compound key',
  'nested key',
  'second key of a type',
  'key that may be null',
  'key that is not resolvable nearby',
  '@requires',
  '@requires with arguments',
  '@requires below a reference',
  '@requires by type',
  '@provides',
  '@provides below a reference',
  '@shareable',
  '@override',
  '@override with a label',
  '@interfaceObject',
  '@inaccessible',
  'interface',
  'union',
  'value known in halves',
  'nested list',
  'custom scalar',
  'arguments',
  'input object',
  'variable',
  'variable left out',
  'variable with a default',
  'variable inside a value',
  'introspection',
  'alias',
  'alias equal to a field name',
  'named fragment',
  'inline fragment',
  '@skip or @include',
  '__typename',
  'subgraph that fails',
  'partial answer',
] as const
export type Feature = (typeof features)[number]

export function featuresOf(
  known: Catalogue,
  question: Question,
  asked: readonly Asked[],
): ReadonlySet<Feature> {
  const used = new Set<Feature>()
  ofOperation(known, question, used)
  if (new Set(asked.map(({ subgraph }) => subgraph)).size > 1) used.add('several subgraphs asked')
  if (asked.length >= 3) used.add('three fetches or more')
  if (asked.length >= 6) used.add('six fetches or more')
  for (const each of asked) ofRequest(known, each, used)
  return used
}

function ofOperation(known: Catalogue, question: Question, used: Set<Feature>): void {
  const fieldNames = new Set(
    [...known.declared.values()].flatMap((types) =>
      [...types.values()].flatMap(({ fields }) => [...fields.keys()]),
    ),
  )
  visit(parse(question.operation), {
    Field({ alias, name, arguments: args = [] }) {
      if (alias !== undefined) used.add('alias')
      if (alias !== undefined && alias.value !== name.value && fieldNames.has(alias.value)) {
        used.add('alias equal to a field name')
      }
      if (args.length > 0) used.add('arguments')
      if (name.value === '__type') used.add('introspection')
      if (name.value === '__typename') used.add('__typename')
    },
    ObjectField({ value }) {
      if (value.kind === Kind.VARIABLE) used.add('variable inside a value')
    },
    ListValue({ values }) {
      if (values.some(({ kind }) => kind === Kind.VARIABLE)) used.add('variable inside a value')
    },
    VariableDefinition({ variable, type, defaultValue }) {
      used.add('variable')
      if (defaultValue !== undefined) used.add('variable with a default')
      if (!(variable.name.value in question.variables)) used.add('variable left out')
      if (namedType(type) === 'Range') used.add('input object')
    },
    ObjectValue: () => {
      used.add('input object')
    },
    FragmentDefinition: () => {
      used.add('named fragment')
    },
    InlineFragment: () => {
      used.add('inline fragment')
    },
    Directive: () => {
      used.add('@skip or @include')
    },
  })
  if (question.failure !== null) used.add('subgraph that fails')
}

const listDepth = (type: TypeNode): number =>
  type.kind === Kind.NAMED_TYPE ? 0 : (type.kind === Kind.LIST_TYPE ? 1 : 0) + listDepth(type.type)

function ofRequest(
  known: Catalogue,
  { subgraph, query, variables }: Asked,
  used: Set<Feature>,
): void {
  const types = known.declared.get(subgraph)
  const walk = (name: string, selectionSet: SelectionSetNode): void => {
    const type = types?.get(name)
    if (type?.kind === 'interface') used.add('interface')
    if (type?.kind === 'union') used.add('union')
    if (type?.isInterfaceObject === true) used.add('@interfaceObject')
    if (name === 'Half') used.add('value known in halves')
    if (type?.keys.some(({ resolvable }) => !resolvable)) {
      used.add('key that is not resolvable nearby')
    }
    for (const selection of selectionSet.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        walk(selection.typeCondition?.name.value ?? name, selection.selectionSet)
      }
      if (selection.kind !== Kind.FIELD) continue
      const field = type?.fields.get(selection.name.value)
      if (type === undefined || field === undefined) {
        if (selection.selectionSet !== undefined) walk(name, selection.selectionSet)
        continue
      }
      if (namedType(field.type) === 'Json') used.add('custom scalar')
      if (listDepth(field.type) > 1) used.add('nested list')
      if (field.isExternal && !isInKey(type, field.name)) used.add('@provides')
      if (field.name === 'foreign') used.add('key that may be null')
      if (
        field.provides?.selections.some(
          (each) => 'selectionSet' in each && each.selectionSet !== undefined,
        )
      ) {
        used.add('@provides below a reference')
      }
      if (field.overrideFrom !== null) used.add('@override')
      if (field.isInaccessible) used.add('@inaccessible')
      const resolvers = known.resolvers(name, field.name)
      if (resolvers.some(({ declared }) => declared.hasLabel)) used.add('@override with a label')
      else if (resolvers.length > 1 && !isInKey(type, field.name)) used.add('@shareable')
      if (field.requires !== null) {
        used.add('@requires')
        visit(field.requires, {
          InlineFragment: () => {
            used.add('@requires by type')
          },
          Field({ arguments: args = [], selectionSet: inner }) {
            if (args.length > 0) used.add('@requires with arguments')
            if (inner !== undefined) used.add('@requires below a reference')
          },
        })
      }
      if (selection.selectionSet !== undefined) walk(namedType(field.type), selection.selectionSet)
    }
  }
  const sent = variables['representations']
  if (Array.isArray(sent)) ofRepresentations(known, subgraph, sent, used)
  for (const definition of parse(query).definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) walk('Query', definition.selectionSet)
  }
}

function ofRepresentations(
  known: Catalogue,
  subgraph: string,
  sent: readonly Readonly<Record<string, unknown>>[],
  used: Set<Feature>,
): void {
  used.add('entities fetched')
  if (sent.length > 1) used.add('several representations in one fetch')
  for (const each of sent) {
    const type = known.declared.get(subgraph)?.get(String(each['__typename']))
    const keys = (type?.keys ?? []).filter(({ resolvable }) => resolvable)
    for (const [at, { selection }] of keys.entries()) {
      const parts = selection.selections.filter((part) => part.kind === Kind.FIELD)
      if (!parts.every(({ name }) => each[name.value] !== undefined)) continue
      if (parts.length > 1) used.add('compound key')
      if (parts.some((part) => part.selectionSet !== undefined)) used.add('nested key')
      if (at > 0) used.add('second key of a type')
    }
  }
}
