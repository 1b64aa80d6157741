/** Which fields a planned fetch asks a system for, directly at the objects it is about. */
import type { FetchNode } from '@apollo/query-planner'
import { Kind, parse, type SelectionNode } from 'graphql'
import { rewrittenPath } from './rewrites.ts'
import type { TypeConditions } from './types.ts'

export interface AskedFields {
  /** Response names for a value of that type; without a type, all. `__typename` is not among them. */
  namesOf(typename?: string): readonly string[]
  /** All that may be taken from an answer: what nobody asked for is not. */
  readonly taken: readonly string[]
}

export function askedFields(node: FetchNode, types: TypeConditions): AskedFields {
  const roots = parse(node.operation, { noLocation: true }).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections : [],
  )
  const names = namesOfSelections(
    node.requires === undefined
      ? roots
      : roots.flatMap((root) =>
          root.kind === Kind.FIELD ? (root.selectionSet?.selections ?? []) : [],
        ),
  )
  const known = new Map<string | undefined, readonly string[]>()
  const namesOf = (typename?: string): readonly string[] => {
    const before = known.get(typename)
    if (before !== undefined) return before
    const own = namesIn(names, typename, types)
    const found = [...new Set(rewrittenPath(own, node.outputRewrites))].map(String)
    known.set(typename, found)
    return found
  }
  return { namesOf, taken: [...namesOf(), ...(saysTypename(names) ? ['__typename'] : [])] }
}

/** A response name, or the names of those that meet a condition: all that is kept of a selection. */
type Name = string | { readonly condition: string | undefined; readonly names: readonly Name[] }

const namesOfSelections = (selections: readonly SelectionNode[]): readonly Name[] =>
  selections.flatMap((selection): Name[] => {
    if (selection.kind === Kind.FIELD) {
      const { name, alias } = selection
      return alias !== undefined && name.value === '__typename' ? [] : [(alias ?? name).value]
    }
    if (selection.kind !== Kind.INLINE_FRAGMENT) return [] // plans have no named fragments
    const names = namesOfSelections(selection.selectionSet.selections)
    return [{ condition: selection.typeCondition?.name.value, names }]
  })

const saysTypename = (names: readonly Name[]): boolean =>
  names.some((name) =>
    typeof name === 'string' ? name === '__typename' : saysTypename(name.names),
  )

const namesIn = (
  names: readonly Name[],
  typename: string | undefined,
  types: TypeConditions,
): readonly string[] =>
  names.flatMap((name) => {
    if (typeof name === 'string') return name === '__typename' ? [] : [name]
    const { condition } = name
    return condition === undefined || typename === undefined || types.meets(typename, condition)
      ? namesIn(name.names, typename, types)
      : []
  })
