/** `@tag` of a supergraph by coordinate (Federation 2), under whatever name it is linked. */
import { isTypeDefinitionNode, Kind, type ConstDirectiveNode, type DocumentNode } from 'graphql'
import { textArgument } from '#shared/rules/directives.ts'
import { featureNames } from './api-schema.ts'

/** By `Type`, `Type.field`, `Type.field(argument:)`, `Input.field` or `Enum.VALUE`. */
export type Tags = ReadonlyMap<string, readonly string[]>

export function tagsOf(supergraph: DocumentNode): Tags {
  const tag = featureNames(supergraph).get('tag')
  const found = new Map<string, readonly string[]>()
  if (tag === undefined) return found
  const note = (coordinate: string, directives: readonly ConstDirectiveNode[] | undefined) => {
    const names = (directives ?? []).flatMap((directive) =>
      directive.name.value === tag ? (textArgument(directive, 'name') ?? []) : [],
    )
    if (names.length > 0) found.set(coordinate, names)
  }
  for (const definition of supergraph.definitions) {
    if (!isTypeDefinitionNode(definition)) continue
    const type = definition.name.value
    note(type, definition.directives)
    for (const value of ('values' in definition ? definition.values : undefined) ?? [])
      note(`${type}.${value.name.value}`, value.directives)
    for (const field of ('fields' in definition ? definition.fields : undefined) ?? []) {
      const at = `${type}.${field.name.value}`
      note(at, field.directives)
      if (field.kind !== Kind.FIELD_DEFINITION) continue
      for (const { name, directives } of field.arguments ?? [])
        note(`${at}(${name.value}:)`, directives)
    }
  }
  return found
}
