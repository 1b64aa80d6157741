/**
 * Decides `@skip` and `@include` before anything else looks at the operation: rights, plan and the
 * answer's shape are those of what is really asked. An operation is made ready once for each way its
 * conditions fall, which is rarely more than two.
 */
import {
  Kind,
  visit,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type SelectionSetNode,
} from 'graphql'

type Values = Readonly<Record<string, unknown>>

/** Stands in a selection that has nothing left; it is not part of the answer. */
export const hiddenField = 'isthmus_hidden'

export const hidden: FieldNode = {
  kind: Kind.FIELD,
  name: { kind: Kind.NAME, value: '__typename' },
  alias: { kind: Kind.NAME, value: hiddenField },
}

/** The variables that decide what is selected, each once. */
export function decidingVariables(document: DocumentNode): readonly string[] {
  const names = new Set<string>()
  visit(document, {
    Directive({ name, arguments: given = [] }) {
      if (!decides(name.value)) return
      for (const { value } of given) {
        if (value.kind === Kind.VARIABLE) names.add(value.name.value)
      }
    },
  })
  return [...names]
}

/** The document with what these values select, and without conditions. */
export function decide(document: DocumentNode, values: Values): DocumentNode {
  const enter = <Node extends { readonly directives?: readonly DirectiveNode[] | undefined }>(
    node: Node,
  ): Node | null | undefined => {
    const { directives = [] } = node
    if (!directives.some(({ name }) => decides(name.value))) return undefined
    return directives.every((each) => selects(each, values))
      ? { ...node, directives: directives.filter(({ name }) => !decides(name.value)) }
      : null
  }
  return visit(document, {
    Field: enter,
    InlineFragment: enter,
    FragmentSpread: enter,
    SelectionSet: {
      leave: (node: SelectionSetNode) =>
        node.selections.length === 0 ? { ...node, selections: [hidden] } : undefined,
    },
  })
}

const decides = (directive: string): boolean => directive === 'skip' || directive === 'include'

function selects({ name, arguments: given = [] }: DirectiveNode, values: Values): boolean {
  if (!decides(name.value)) return true
  const value = given.find((each) => each.name.value === 'if')?.value
  const holds =
    value?.kind === Kind.BOOLEAN
      ? value.value
      : value?.kind === Kind.VARIABLE && values[value.name.value] === true
  return holds === (name.value === 'include')
}
