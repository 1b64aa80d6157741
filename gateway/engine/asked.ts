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
  const roots = parse(node.operation).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections : [],
  )
  const selections =
    node.requires === undefined
      ? roots
      : roots.flatMap((root) =>
          root.kind === Kind.FIELD ? (root.selectionSet?.selections ?? []) : [],
        )
  const known = new Map<string | undefined, readonly string[]>()
  const namesOf = (typename?: string): readonly string[] => {
    const before = known.get(typename)
    if (before !== undefined) return before
    const names = namesIn(selections, typename, types)
    const found = [...new Set(rewrittenPath(names, node.outputRewrites))].map(String)
    known.set(typename, found)
    return found
  }
  return { namesOf, taken: [...namesOf(), ...(saysTypename(selections) ? ['__typename'] : [])] }
}

const saysTypename = (selections: readonly SelectionNode[]): boolean =>
  selections.some((selection) =>
    selection.kind === Kind.FIELD
      ? (selection.alias ?? selection.name).value === '__typename'
      : selection.kind === Kind.INLINE_FRAGMENT && saysTypename(selection.selectionSet.selections),
  )

const namesIn = (
  selections: readonly SelectionNode[],
  typename: string | undefined,
  types: TypeConditions,
): readonly string[] =>
  selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) {
      return selection.name.value === '__typename'
        ? []
        : [(selection.alias ?? selection.name).value]
    }
    if (selection.kind !== Kind.INLINE_FRAGMENT) return [] // plans have no named fragments
    const condition = selection.typeCondition?.name.value
    return condition === undefined || typename === undefined || types.meets(typename, condition)
      ? namesIn(selection.selectionSet.selections, typename, types)
      : []
  })
