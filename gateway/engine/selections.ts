/**
 * The selections of an operation as they hold for one concrete type: fragments and conditions
 * resolved, equal response names merged (GraphQL spec, 6.3.2 CollectFields).
 */
import {
  Kind,
  type DirectiveNode,
  type FieldNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from 'graphql'
import type { TypeConditions } from './types.ts'

/** The variables that decide what is selected, with their values. */
export type Decisions = ReadonlyMap<string, boolean>

/** One or more nodes of the same response name. */
export type Fields = ReadonlyMap<string, readonly FieldNode[]>

export function fieldsFor(
  typename: string,
  selectionSets: readonly SelectionSetNode[],
  { decisions, types }: { readonly decisions: Decisions; readonly types: TypeConditions },
): Fields {
  const fields = new Map<string, FieldNode[]>()
  const add = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (!isSelected(selection.directives ?? [], decisions)) continue
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

export const isSelected = (directives: readonly DirectiveNode[], decisions: Decisions): boolean =>
  directives.every(({ name, arguments: given = [] }) => {
    if (name.value !== 'skip' && name.value !== 'include') return true
    const value = given.find((each) => each.name.value === 'if')?.value
    const holds =
      value?.kind === Kind.BOOLEAN
        ? value.value
        : value?.kind === Kind.VARIABLE && decisions.get(value.name.value) === true
    return holds === (name.value === 'include')
  })

/** The names of the variables that decide what is selected, each once. */
export function decisiveVariables(operation: OperationDefinitionNode): readonly string[] {
  const names = new Set<string>()
  visit(operation, {
    Directive({ name, arguments: given = [] }) {
      if (name.value !== 'skip' && name.value !== 'include') return
      for (const { value } of given) {
        if (value.kind === Kind.VARIABLE) names.add(value.name.value)
      }
    },
  })
  return [...names]
}
