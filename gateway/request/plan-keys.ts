/**
 * Keys for the audit: where a planned fetch asks for fields of an entity but for none of its keys, the
 * key that its system has is asked for as well. No further fetch comes of it, and the answer's shape
 * does not take it: only who says which records were read sees it.
 */
import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner'
import {
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  Kind,
  parse,
  print,
  stripIgnoredCharacters,
  type DefinitionNode,
  type FieldNode,
  type GraphQLNamedType,
  type InlineFragmentNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import type { Generation } from '../supergraph/generation.ts'

type Known = Pick<Generation, 'supergraphSchema' | 'keys'>

export function withKeys(plan: QueryPlan, known: Known): QueryPlan {
  const { node } = plan
  return node === undefined || node.kind === 'Subscription'
    ? plan
    : { ...plan, node: inNode(node, known) }
}

function inNode(node: PlanNode, known: Known): PlanNode {
  switch (node.kind) {
    case 'Fetch':
      return inFetch(node, known)
    case 'Flatten':
      return { ...node, node: inNode(node.node, known) }
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map((each) => inNode(each, known)) }
    case 'Condition':
    case 'Defer':
      return node
  }
}

function inFetch(node: FetchNode, { supergraphSchema: schema, keys }: Known): FetchNode {
  let isChanged = false

  const inSet = (set: SelectionSetNode, type: GraphQLNamedType | undefined): SelectionSetNode => {
    const selections = set.selections.map((each) => inSelection(each, type))
    const asked = new Set(
      set.selections.flatMap((each) => (each.kind === Kind.FIELD ? [each.name.value] : [])),
    )
    const own = keys.get(`${node.serviceName}|${type?.name}`) ?? []
    if (!isObjectType(type) || own.some((key) => key.every((name) => asked.has(name)))) {
      return { ...set, selections }
    }
    const fields = type.getFields()
    // The first key that is made of leaves.
    const key = own.find((each) =>
      each.every((name) => isLeafType(getNamedType(fields[name]?.type))),
    )
    const missing = (key ?? []).filter((name) => !asked.has(name))
    if (missing.length === 0) return { ...set, selections }
    isChanged = true
    return { ...set, selections: [...selections, ...missing.map(fieldNamed)] }
  }
  const inSelection = (
    selection: SelectionNode,
    parent: GraphQLNamedType | undefined,
  ): SelectionNode => {
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const condition = selection.typeCondition?.name.value
      const type = condition === undefined ? parent : schema.getType(condition)
      // What stands beside a fragment may be the key already: a fragment on the same type adds none.
      if (type === parent) return selection
      return { ...selection, selectionSet: inSet(selection.selectionSet, type) }
    }
    if (selection.kind !== Kind.FIELD || selection.selectionSet === undefined) return selection
    // The objects that a fetch of entities begins with have their key in the representation.
    if (selection.name.value === '_entities') {
      const inner = selection.selectionSet.selections.map((each) =>
        each.kind === Kind.INLINE_FRAGMENT ? inEntity(each) : each,
      )
      return { ...selection, selectionSet: { ...selection.selectionSet, selections: inner } }
    }
    const fields = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields() : undefined
    const type = getNamedType(fields?.[selection.name.value]?.type)
    if (!isCompositeType(type)) return selection
    return { ...selection, selectionSet: inSet(selection.selectionSet, type) }
  }
  const inEntity = (fragment: InlineFragmentNode): InlineFragmentNode => {
    const type = schema.getType(fragment.typeCondition?.name.value ?? '')
    const selections = fragment.selectionSet.selections.map((each) => inSelection(each, type))
    return { ...fragment, selectionSet: { ...fragment.selectionSet, selections } }
  }
  const inDefinition = (definition: DefinitionNode): DefinitionNode =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? {
          ...definition,
          selectionSet: inSet(
            definition.selectionSet,
            schema.getRootType(definition.operation) ?? undefined,
          ),
        }
      : definition

  const document = parse(node.operation, { noLocation: true })
  const definitions = document.definitions.map(inDefinition)
  if (!isChanged) return node
  const { operationDocumentNode: _, ...rest } = node
  return { ...rest, operation: stripIgnoredCharacters(print({ ...document, definitions })) }
}

const fieldNamed = (name: string): FieldNode => ({
  kind: Kind.FIELD,
  name: { kind: Kind.NAME, value: name },
})
