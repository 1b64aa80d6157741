/**
 * Schemas from which something was taken out, made whole again: what depends on the missing part goes
 * too, until nothing refers to it. Without this, hardly any smaller schema would compose.
 */
import {
  Kind,
  parse,
  print,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type NamedTypeNode,
  type TypeNode,
} from 'graphql'
import type { Subgraphs } from './case.ts'

export function repaired(subgraphs: Subgraphs): Subgraphs {
  const names = new Set(Object.keys(subgraphs))
  return Object.fromEntries(
    Object.entries(subgraphs).flatMap(([name, sdl]) => {
      const document = settled(parse(sdl, { noLocation: true }), names)
      return document.definitions.length <= 1 ? [] : [[name, print(document)] as const]
    }),
  )
}

/** Repeats until a round takes nothing out. */
function settled(document: DocumentNode, subgraphs: ReadonlySet<string>): DocumentNode {
  const next = oneRound(document, subgraphs)
  return print(next) === print(document) ? next : settled(next, subgraphs)
}

const scalars = ['String', 'Int', 'Float', 'Boolean', 'ID']

function oneRound(document: DocumentNode, subgraphs: ReadonlySet<string>): DocumentNode {
  const types = new Set(scalars)
  const fields = new Set<string>()
  const wanted = new Set<string>()
  for (const definition of document.definitions) {
    if ('name' in definition && definition.name !== undefined) types.add(definition.name.value)
    for (const directive of directivesIn(definition)) {
      for (const word of fieldsOf(directive)) wanted.add(word)
    }
    for (const field of fieldsIn(definition)) fields.add(field.name.value)
  }
  const has = ({ name }: NamedTypeNode) => types.has(name.value)
  const isWhole = (directive: ConstDirectiveNode) =>
    fieldsOf(directive).every((word) => fields.has(word) || types.has(word)) &&
    (directive.name.value !== 'override' || subgraphs.has(textOf(directive, 'from')))
  const isKept = (field: FieldDefinitionNode) =>
    types.has(namedType(field.type)) &&
    (!named(field, 'external') || wanted.has(field.name.value)) &&
    (field.directives ?? []).every((each) => each.name.value !== 'requires' || isWhole(each))
  const keptField = (field: FieldDefinitionNode): FieldDefinitionNode => ({
    ...field,
    arguments: (field.arguments ?? []).filter(({ type }) => types.has(namedType(type))),
    directives: (field.directives ?? []).filter(isWhole),
  })
  const kept = document.definitions.flatMap((definition): readonly DefinitionNode[] => {
    if (
      definition.kind === Kind.OBJECT_TYPE_DEFINITION ||
      definition.kind === Kind.INTERFACE_TYPE_DEFINITION
    ) {
      const left = (definition.fields ?? []).filter(isKept).map(keptField)
      if (left.length === 0) return []
      const directives = (definition.directives ?? []).filter(isWhole)
      const interfaces = (definition.interfaces ?? []).filter(has)
      return [{ ...definition, fields: left, directives, interfaces }]
    }
    if (definition.kind === Kind.UNION_TYPE_DEFINITION) {
      const members = (definition.types ?? []).filter(has)
      return members.length === 0 ? [] : [{ ...definition, types: members }]
    }
    if (definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION) {
      const left = (definition.fields ?? []).filter(({ type }) => types.has(namedType(type)))
      return left.length === 0 ? [] : [{ ...definition, fields: left }]
    }
    return [definition]
  })
  return { ...document, definitions: kept }
}

const fieldsIn = (definition: DefinitionNode): readonly FieldDefinitionNode[] =>
  definition.kind === Kind.OBJECT_TYPE_DEFINITION ||
  definition.kind === Kind.INTERFACE_TYPE_DEFINITION
    ? (definition.fields ?? [])
    : []

const directivesIn = (definition: DefinitionNode): readonly ConstDirectiveNode[] => [
  ...(definition.kind === Kind.OBJECT_TYPE_DEFINITION ||
  definition.kind === Kind.INTERFACE_TYPE_DEFINITION
    ? (definition.directives ?? [])
    : []),
  ...fieldsIn(definition).flatMap(({ directives }) => directives ?? []),
]

const namedType = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type)

const named = (field: FieldDefinitionNode, name: string): boolean =>
  (field.directives ?? []).some((each) => each.name.value === name)

const textOf = (directive: ConstDirectiveNode, argument: string): string => {
  const value = directive.arguments?.find(({ name }) => name.value === argument)?.value
  return value?.kind === Kind.STRING ? value.value : ''
}

/** The fields that a `@key`, `@requires` or `@provides` names; arguments are left out. */
const fieldsOf = (directive: ConstDirectiveNode): readonly string[] =>
  textOf(directive, 'fields')
    .replaceAll(/\([^)]*\)/g, '')
    .match(/\b(?!on\b|__typename\b)\w+/g) ?? []
