/**
 * What the subgraph schemas say of each field: who resolves it, what it requires and provides. Read
 * from the schemas themselves, past composition and planner, so that a fault there cannot hide here.
 */
import {
  Kind,
  parse,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql'
import type { Subgraphs } from './case.ts'

/** A field as one subgraph declares it. */
export interface Declared {
  readonly name: string
  readonly type: TypeNode
  readonly args: readonly InputValueDefinitionNode[]
  readonly isExternal: boolean
  readonly requires: SelectionSetNode | null
  readonly provides: SelectionSetNode | null
  readonly overrideFrom: string | null
  readonly hasLabel: boolean
  readonly isInaccessible: boolean
}

export interface DeclaredType {
  readonly kind: 'object' | 'interface' | 'union'
  readonly name: string
  readonly fields: ReadonlyMap<string, Declared>
  readonly interfaces: readonly string[]
  readonly members: readonly string[]
  readonly keys: readonly { readonly selection: SelectionSetNode; readonly resolvable: boolean }[]
  readonly isInterfaceObject: boolean
}

export interface Catalogue {
  readonly documents: ReadonlyMap<string, DocumentNode>
  /** Subgraph → type → what it declares. */
  readonly declared: ReadonlyMap<string, ReadonlyMap<string, DeclaredType>>
  /** The object types that may stand behind a name, over all subgraphs. */
  possible(type: string): readonly string[]
  /** The subgraphs that resolve a field of an object type, with their declarations. */
  resolvers(type: string, field: string): readonly { subgraph: string; declared: Declared }[]
  /** Names under which a subgraph may know an object of that type: its own, or an interface object. */
  nameIn(subgraph: string, type: string): string
  /** The fields of an object type that some subgraph resolves. */
  fieldsOf(type: string): ReadonlyMap<string, Declared>
}

export function catalogue(subgraphs: Subgraphs): Catalogue {
  const documents = new Map(
    Object.entries(subgraphs).map(([name, sdl]) => [name, parse(sdl, { noLocation: true })]),
  )
  const declared = new Map(
    [...documents].map(([name, document]) => [name, declaredTypes(document)] as const),
  )
  const possible = (name: string): readonly string[] => {
    const found = new Set<string>()
    for (const types of declared.values()) {
      const type = types.get(name)
      if (type?.kind === 'object' && !type.isInterfaceObject) found.add(name)
      for (const member of type?.members ?? []) found.add(member)
      for (const other of types.values()) {
        if (other.kind === 'object' && other.interfaces.includes(name)) found.add(other.name)
      }
    }
    return [...found].toSorted()
  }
  const interfaceObjects = [...declared.values()].flatMap((types) =>
    [...types.values()].flatMap((type) => (type.isInterfaceObject ? [type.name] : [])),
  )
  const nameIn = (subgraph: string, type: string): string => {
    const types = declared.get(subgraph)
    if (types?.has(type) === true) return type
    const standIn = interfaceObjects.find(
      (name) => types?.get(name)?.isInterfaceObject === true && possible(name).includes(type),
    )
    return standIn ?? type
  }
  const resolvers = (type: string, field: string) =>
    [...declared].flatMap(([subgraph, types]) => {
      const found = types.get(nameIn(subgraph, type))
      const own = found?.fields.get(field)
      if (found === undefined || own === undefined) return []
      if (own.isExternal && !isInKey(found, field)) return []
      return [{ subgraph, declared: own }]
    })
  const fieldsOf = (type: string) => {
    const fields = new Map<string, Declared>()
    for (const [subgraph, types] of declared) {
      const found = types.get(nameIn(subgraph, type))
      for (const [name, field] of found?.fields ?? []) {
        if (!fields.has(name) || (found?.kind === 'object' && !field.isExternal)) {
          fields.set(name, field)
        }
      }
    }
    return fields
  }
  return { documents, declared, possible, resolvers, nameIn, fieldsOf }
}

/** The object types that a subgraph itself may answer where it declares that type. */
export function possibleIn(
  known: Catalogue,
  subgraph: string,
  { kind, name, members, isInterfaceObject }: DeclaredType,
): readonly string[] {
  if (kind === 'union') return members
  if (isInterfaceObject) return known.possible(name)
  if (kind === 'object') return [name]
  return [...(known.declared.get(subgraph)?.values() ?? [])].flatMap((type) =>
    type.kind === 'object' && type.interfaces.includes(name) ? [type.name] : [],
  )
}

/** Whether a field is part of one of the type's keys in that subgraph. */
export const isInKey = (type: DeclaredType, field: string): boolean =>
  type.keys.some(({ selection }) =>
    selection.selections.some((each) => each.kind === Kind.FIELD && each.name.value === field),
  )

function declaredTypes(document: DocumentNode): ReadonlyMap<string, DeclaredType> {
  const types = new Map<string, DeclaredType>()
  for (const definition of document.definitions) {
    if (
      definition.kind !== Kind.OBJECT_TYPE_DEFINITION &&
      definition.kind !== Kind.INTERFACE_TYPE_DEFINITION &&
      definition.kind !== Kind.UNION_TYPE_DEFINITION
    ) {
      continue
    }
    const directives = definition.directives ?? []
    const isUnion = definition.kind === Kind.UNION_TYPE_DEFINITION
    const fields = isUnion ? [] : (definition.fields ?? [])
    const kind = isUnion
      ? 'union'
      : definition.kind === Kind.INTERFACE_TYPE_DEFINITION
        ? 'interface'
        : 'object'
    types.set(definition.name.value, {
      kind,
      name: definition.name.value,
      fields: new Map(fields.map((field) => [field.name.value, declaredField(field)])),
      interfaces: isUnion ? [] : (definition.interfaces ?? []).map(({ name }) => name.value),
      members: isUnion ? (definition.types ?? []).map(({ name }) => name.value) : [],
      keys: directives.flatMap((directive) => {
        const selection = directive.name.value === 'key' ? fieldSet(directive) : null
        return selection === null ? [] : [{ selection, resolvable: isResolvable(directive) }]
      }),
      isInterfaceObject: directives.some(({ name }) => name.value === 'interfaceObject'),
    })
  }
  return types
}

function declaredField(field: FieldDefinitionNode): Declared {
  const named = (name: string) => field.directives?.find((each) => each.name.value === name)
  const override = named('override')
  return {
    name: field.name.value,
    type: field.type,
    args: field.arguments ?? [],
    isExternal: named('external') !== undefined,
    requires: fieldSet(named('requires')),
    provides: fieldSet(named('provides')),
    overrideFrom: override === undefined ? null : textOf(override, 'from'),
    hasLabel: override !== undefined && textOf(override, 'label') !== null,
    isInaccessible: named('inaccessible') !== undefined,
  }
}

function textOf(directive: ConstDirectiveNode, argument: string): string | null {
  const value = directive.arguments?.find(({ name }) => name.value === argument)?.value
  return value?.kind === Kind.STRING ? value.value : null
}

const isResolvable = (directive: ConstDirectiveNode): boolean =>
  directive.arguments?.every(
    ({ name, value }) => name.value !== 'resolvable' || value.kind !== Kind.BOOLEAN || value.value,
  ) ?? true

function fieldSet(directive: ConstDirectiveNode | undefined): SelectionSetNode | null {
  const fields = directive === undefined ? null : textOf(directive, 'fields')
  if (fields === null) return null
  const [operation] = parse(`{ ${fields} }`, { noLocation: true }).definitions
  return operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet : null
}

export const namedType = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type)
