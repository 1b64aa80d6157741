/**
 * Whether a plan gives every computed field what it requires. Apollo's planner may ask a subgraph for
 * a `@requires` field where that subgraph has no representation with the inputs: it would compute
 * from nothing, and nobody would see that the answer is wrong.
 */
import type { FetchNode, PlanNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner'
import {
  buildASTSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  type DocumentNode,
  type GraphQLSchema,
  type SelectionNode,
} from 'graphql'
import { fieldSet, graphOf, servicesIn, textArgument } from './join-directives.ts'

/** The first field, as `Type.field`, that would be computed without its inputs; null when all are fed. */
export type FindUnfed = (plan: QueryPlan) => string | null

export function unfedFinder(supergraph: DocumentNode): FindUnfed {
  const needs = inputsByField(supergraph)
  if (needs.size === 0) return () => null
  const schema = buildASTSchema(supergraph, { assumeValid: true })
  return ({ node }) =>
    node === undefined || node.kind === 'Subscription' ? null : inNode(node, { needs, schema })
}

/** `service Type.field` → the names of what it requires. */
type Needs = ReadonlyMap<string, readonly string[]>

interface Finding {
  readonly needs: Needs
  readonly schema: GraphQLSchema
}

function inputsByField(supergraph: DocumentNode): Needs {
  const needs = new Map<string, readonly string[]>()
  const services = servicesIn(supergraph)
  for (const definition of supergraph.definitions) {
    if (
      definition.kind !== Kind.OBJECT_TYPE_DEFINITION &&
      definition.kind !== Kind.INTERFACE_TYPE_DEFINITION
    )
      continue
    for (const field of definition.fields ?? []) {
      for (const directive of field.directives ?? []) {
        if (directive.name.value !== 'join__field') continue
        const text = textArgument(directive, 'requires')
        if (text === undefined) continue
        const service = services.get(graphOf(directive))?.name ?? ''
        needs.set(
          `${service} ${definition.name.value}.${field.name.value}`,
          namesOf(fieldSet(text).selections),
        )
      }
    }
  }
  return needs
}

const namesOf = (selections: readonly SelectionNode[]): readonly string[] =>
  selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection.name.value]
    return selection.kind === Kind.INLINE_FRAGMENT ? namesOf(selection.selectionSet.selections) : []
  })

function inNode(node: PlanNode, finding: Finding): string | null {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return first(node.nodes, (each) => inNode(each, finding))
    case 'Flatten':
      return inNode(node.node, finding)
    case 'Fetch':
      return inFetch(node, finding)
    case 'Condition': // decided before it is planned
    case 'Defer':
      return null
  }
}

function inFetch(node: FetchNode, finding: Finding): string | null {
  const given = new Set(givenNames(node.requires ?? []))
  return first(parse(node.operation, { noLocation: true }).definitions, (definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return null
    const root = finding.schema.getRootType(definition.operation)?.name ?? 'Query'
    return first(definition.selectionSet.selections, (selection) =>
      node.requires !== undefined && selection.kind === Kind.FIELD
        ? inSelections(selection.selectionSet?.selections ?? [], {
            ...finding,
            service: node.serviceName,
            type: '',
            given,
          })
        : inSelections([selection], {
            ...finding,
            service: node.serviceName,
            type: root,
            given: null,
          }),
    )
  })
}

const givenNames = (selections: readonly QueryPlanSelectionNode[]): readonly string[] =>
  selections.flatMap((selection) =>
    selection.kind === 'Field' ? [selection.name] : givenNames(selection.selections),
  )

interface Place extends Finding {
  readonly service: string
  readonly type: string
  /** What the representation brings; null away from an entity. */
  readonly given: ReadonlySet<string> | null
}

function inSelections(selections: readonly SelectionNode[], place: Place): string | null {
  return first(selections, (selection) => {
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const type = selection.typeCondition?.name.value ?? place.type
      return inSelections(selection.selectionSet.selections, { ...place, type })
    }
    if (selection.kind !== Kind.FIELD) return null
    const name = selection.name.value
    const needed = place.needs.get(`${place.service} ${place.type}.${name}`)
    if (needed?.some((each) => place.given?.has(each) !== true) === true) {
      return `${place.type}.${name}`
    }
    const type = place.schema.getType(place.type)
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined
    return field === undefined
      ? null
      : inSelections(selection.selectionSet?.selections ?? [], {
          ...place,
          type: getNamedType(field.type).name,
          given: null,
        })
  })
}

function first<Item>(items: readonly Item[], find: (item: Item) => string | null): string | null {
  for (const item of items) {
    const found = find(item)
    if (found !== null) return found
  }
  return null
}
