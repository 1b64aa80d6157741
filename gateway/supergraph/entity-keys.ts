/**
 * Which fields a subgraph can be asked for an entity by: read from `@join__type` of the supergraph.
 * Used to see that a representation has no key, so that nothing is asked with `null`.
 */
import { Kind, parse, type ConstDirectiveNode } from 'graphql'

/** `graph|Type` → the top-level fields of each key that the subgraph resolves. */
export type EntityKeys = ReadonlyMap<string, readonly (readonly string[])[]>

export function entityKeys(supergraphSdl: string): EntityKeys {
  const document = parse(supergraphSdl)
  const graphNames = new Map<string, string>()
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION || definition.name.value !== 'join__Graph')
      continue
    for (const value of definition.values ?? []) {
      const graph = value.directives?.find(({ name }) => name.value === 'join__graph')
      graphNames.set(value.name.value, (graph && text(graph, 'name')) ?? value.name.value)
    }
  }
  const keys = new Map<string, (readonly string[])[]>()
  for (const definition of document.definitions) {
    if (
      definition.kind !== Kind.OBJECT_TYPE_DEFINITION &&
      definition.kind !== Kind.INTERFACE_TYPE_DEFINITION
    ) {
      continue
    }
    for (const directive of definition.directives ?? []) {
      const key = directive.name.value === 'join__type' ? text(directive, 'key') : undefined
      if (key === undefined || isNotResolvable(directive)) continue
      const graph = graphNames.get(text(directive, 'graph') ?? '') ?? ''
      const at = `${graph}|${definition.name.value}`
      keys.set(at, [...(keys.get(at) ?? []), topLevelFields(key)])
    }
  }
  return keys
}

const topLevelFields = (key: string): readonly string[] => {
  const [operation] = parse(`{ ${key} }`).definitions
  return operation?.kind === Kind.OPERATION_DEFINITION
    ? operation.selectionSet.selections.flatMap((selection) =>
        selection.kind === Kind.FIELD ? [selection.name.value] : [],
      )
    : []
}

function text(directive: ConstDirectiveNode, argument: string): string | undefined {
  const value = directive.arguments?.find(({ name }) => name.value === argument)?.value
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined
}

const isNotResolvable = (directive: ConstDirectiveNode): boolean =>
  directive.arguments?.some(
    ({ name, value }) => name.value === 'resolvable' && value.kind === Kind.BOOLEAN && !value.value,
  ) ?? false
