/**
 * Which fields a subgraph can be asked for an entity by: read from `@join__type` of the supergraph.
 * Used to see that a representation has no key, so that nothing is asked with `null`.
 */
import { Kind, type DocumentNode } from 'graphql'
import { fieldSet, flagArgument, graphOf, servicesIn, textArgument } from './join-directives.ts'

/** `graph|Type` → the top-level fields of each key that the subgraph resolves. */
export type EntityKeys = ReadonlyMap<string, readonly (readonly string[])[]>

export function entityKeys(supergraph: DocumentNode): EntityKeys {
  const services = servicesIn(supergraph)
  const keys = new Map<string, (readonly string[])[]>()
  for (const definition of supergraph.definitions) {
    if (
      definition.kind !== Kind.OBJECT_TYPE_DEFINITION &&
      definition.kind !== Kind.INTERFACE_TYPE_DEFINITION
    ) {
      continue
    }
    for (const directive of definition.directives ?? []) {
      if (directive.name.value !== 'join__type') continue
      const key = textArgument(directive, 'key')
      if (key === undefined || flagArgument(directive, 'resolvable') === false) continue
      const at = `${services.get(graphOf(directive))?.name ?? ''}|${definition.name.value}`
      keys.set(at, [...(keys.get(at) ?? []), topLevelFields(key)])
    }
  }
  return keys
}

const topLevelFields = (key: string): readonly string[] =>
  fieldSet(key).selections.flatMap((selection) =>
    selection.kind === Kind.FIELD ? [selection.name.value] : [],
  )
