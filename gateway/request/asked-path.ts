/** Paths as far as a client asked for them. Pure. */
import { Kind, type OperationDefinitionNode, type SelectionNode } from 'graphql'

/** As much of a path as the operation asked for: the planner asks systems for keys of its own. */
export function askedPath<Part extends string | number>(
  path: readonly Part[],
  operation: OperationDefinitionNode,
): readonly Part[] {
  let selections: readonly SelectionNode[] = operation.selectionSet.selections
  for (const [at, part] of path.entries()) {
    if (typeof part === 'number') continue
    const fields = fieldsNamed(selections, part)
    if (fields.length === 0) return path.slice(0, at)
    selections = fields
  }
  return path
}

/** What is selected below the fields of that response name; the fields themselves when they are leaves. */
function fieldsNamed(selections: readonly SelectionNode[], name: string): readonly SelectionNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.INLINE_FRAGMENT)
      return fieldsNamed(selection.selectionSet.selections, name)
    if (selection.kind !== Kind.FIELD || (selection.alias ?? selection.name).value !== name)
      return []
    return selection.selectionSet?.selections ?? [selection]
  })
}
