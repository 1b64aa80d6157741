/**
 * The selections of an operation as they hold for one concrete type: fragments resolved, equal
 * response names merged (GraphQL spec, 6.3.2 CollectFields). Conditions are decided before.
 */
import { Kind, type FieldNode, type SelectionSetNode } from 'graphql'
import type { TypeConditions } from './types.ts'

/** One or more nodes of the same response name. */
export type Fields = ReadonlyMap<string, readonly FieldNode[]>

export function fieldsFor(
  typename: string,
  selectionSets: readonly SelectionSetNode[],
  types: TypeConditions,
): Fields {
  const fields = new Map<string, FieldNode[]>()
  const add = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value
        const known = fields.get(name)
        if (known === undefined) fields.set(name, [selection])
        else known.push(selection)
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value
        if (condition === undefined || types.meets(typename, condition)) add(selection.selectionSet)
      } else throw new TypeError('fragments are written out before')
    }
  }
  selectionSets.forEach(add)
  return fields
}
