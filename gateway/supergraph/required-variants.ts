/**
 * Keeps apart what `@requires` asks for with arguments. Apollo's planner looks at names only:
 * `@requires(fields: "price(currency: \"USD\")")` merges with the client's own price, and with
 * another requirement in another currency. For the planner each such field is a field of its own;
 * in its plans they become what they stand for, and a fetch that would need two of them under one
 * name in a representation becomes two.
 */
import type { FetchNode, PlanNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner'
import {
  isInterfaceType,
  isObjectType,
  buildASTSchema,
  getNamedType,
  Kind,
  parse,
  print,
  stripIgnoredCharacters,
  visit,
  type ArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type InterfaceTypeDefinitionNode,
  type ObjectTypeDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql'
import { fieldSet, flagArgument, graphOf, textArgument } from './join-directives.ts'

/** A plan's field of a representation that is sent by another name than it is read by. */
export type SentSelection = QueryPlanSelectionNode & { readonly sentAs?: string }

export interface Separated {
  /** The supergraph as the planner gets it. */
  readonly document: DocumentNode
  /** The plan as it is run. */
  readonly restore: (plan: QueryPlan) => QueryPlan
}

type WithFields = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode

interface Variant {
  readonly type: string
  readonly field: string
  readonly arguments: readonly ArgumentNode[]
  /** The subgraphs that need it. */
  readonly graphs: Set<string>
}

const prefix = 'isthmus_required_'

export function separateVariants(document: DocumentNode): Separated {
  const schema = buildASTSchema(document, { assumeValid: true })
  const variants = new Map<string, Variant>()
  const names = new Map<string, string>()
  // `Type.field` → the variants that it needs.
  const needs = new Map<string, readonly string[]>()

  const nameOf = (type: string, field: FieldNode, graph: string): string => {
    const key = `${type} ${print(field)}`
    const known = names.get(key)
    if (known !== undefined) {
      variants.get(known)?.graphs.add(graph)
      return known
    }
    const name = `${prefix}${variants.size}_${field.name.value}`
    names.set(key, name)
    variants.set(name, {
      type,
      field: field.name.value,
      arguments: field.arguments ?? [],
      graphs: new Set([graph]),
    })
    return name
  }

  const separate = (type: WithFields): WithFields => ({
    ...type,
    fields: (type.fields ?? []).map((field) => {
      const found: string[] = []
      const directives = (field.directives ?? []).map((directive) =>
        withRequires(directive, (text) =>
          separateText(text, type.name.value, {
            schema,
            nameOf: (parent, required) => nameOf(parent, required, graphOf(directive)),
            found,
          }),
        ),
      )
      if (found.length === 0) return field
      needs.set(`${type.name.value}.${field.name.value}`, found)
      return { ...field, directives }
    }),
  })
  const separated = visit(document, {
    ObjectTypeDefinition: separate,
    InterfaceTypeDefinition: separate,
  })
  if (variants.size === 0) return { document, restore: (plan) => plan }
  return {
    document: withFields(separated, variants),
    restore: (plan) =>
      plan.node === undefined || plan.node.kind === 'Subscription'
        ? plan
        : { ...plan, node: restoreNode(plan.node, { variants, needs }) },
  }
}

const isExternal = (directive: ConstDirectiveNode): boolean =>
  directive.name.value === 'join__field' && flagArgument(directive, 'external') === true

/** The directive with its `requires` changed, when it has one. */
const withRequires = (
  directive: ConstDirectiveNode,
  change: (text: string) => string,
): ConstDirectiveNode =>
  directive.name.value === 'join__field'
    ? {
        ...directive,
        arguments: (directive.arguments ?? []).map((each) =>
          each.name.value === 'requires' && each.value.kind === Kind.STRING
            ? { ...each, value: { ...each.value, value: change(each.value.value) } }
            : each,
        ),
      }
    : directive

interface Separating {
  readonly schema: GraphQLSchema
  readonly nameOf: (type: string, field: FieldNode) => string
  readonly found: string[]
}

function separateText(text: string, typename: string, separating: Separating): string {
  const type = separating.schema.getType(typename)
  const changed = separateSelections(fieldSet(text), type, separating)
  return changed.selections.map((each) => print(each)).join(' ')
}

function separateSelections(
  selectionSet: SelectionSetNode,
  type: GraphQLNamedType | undefined,
  separating: Separating,
): SelectionSetNode {
  const selections = selectionSet.selections.map((selection): SelectionNode => {
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const condition = selection.typeCondition?.name.value
      const inner = condition === undefined ? type : separating.schema.getType(condition)
      return {
        ...selection,
        selectionSet: separateSelections(selection.selectionSet, inner, separating),
      }
    }
    if (selection.kind !== Kind.FIELD || !(isObjectType(type) || isInterfaceType(type)))
      return selection
    const definition = type.getFields()[selection.name.value]
    const inner =
      selection.selectionSet === undefined || definition === undefined
        ? selection
        : {
            ...selection,
            selectionSet: separateSelections(
              selection.selectionSet,
              getNamedType(definition.type),
              separating,
            ),
          }
    // A field that takes arguments is one of its own where none is given, too.
    if ((definition?.args ?? []).length === 0) return inner
    const { selectionSet: _, ...bare } = selection
    const name = separating.nameOf(type.name, bare)
    separating.found.push(name)
    return { ...inner, name: { kind: Kind.NAME, value: name }, arguments: [] }
  })
  return { ...selectionSet, selections }
}

/**
 * The types with a field for each variant, which every system has that has the field itself. A system
 * that knew the field only to require it knows the variants instead.
 */
function withFields(document: DocumentNode, variants: ReadonlyMap<string, Variant>): DocumentNode {
  const isNamed = usedFields(document)
  const extend = (type: WithFields): WithFields | undefined => {
    const names = new Set([
      type.name.value,
      ...(type.interfaces ?? []).map(({ name }) => name.value),
    ])
    const own = [...variants].filter(([, variant]) => names.has(variant.type))
    if (own.length === 0) return undefined
    const fields = (type.fields ?? []).flatMap((field): readonly FieldDefinitionNode[] => {
      const here = own.filter(([, variant]) => variant.field === field.name.value)
      if (here.length === 0) return [field]
      const keeps = (directive: ConstDirectiveNode, graphs: (graph: string) => boolean) =>
        !isExternal(directive) || graphs(graphOf(directive))
      const only = (graphs: (graph: string) => boolean) =>
        (field.directives ?? []).filter((directive) => keeps(directive, graphs))
      return [
        {
          ...field,
          directives: only((graph) => isNamed(graph, type.name.value, field.name.value)),
        },
        ...here.map(([name, variant]) => ({
          ...field,
          name: { kind: Kind.NAME, value: name } as const,
          arguments: [],
          directives: only((graph) => variant.graphs.has(graph)),
        })),
      ]
    })
    return { ...type, fields }
  }
  return visit(document, { ObjectTypeDefinition: extend, InterfaceTypeDefinition: extend })
}

/** Whether some field set of a subgraph (key, requires, provides) still names a type's field. */
function usedFields(
  document: DocumentNode,
): (graph: string, type: string, field: string) => boolean {
  const schema = buildASTSchema(document, { assumeValid: true })
  const used = new Set<string>()
  const note = (graph: string, type: GraphQLNamedType | undefined, set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value
        note(
          graph,
          condition === undefined ? type : schema.getType(condition),
          selection.selectionSet,
        )
      }
      if (selection.kind !== Kind.FIELD || !(isObjectType(type) || isInterfaceType(type))) continue
      const behind = isInterfaceType(type) ? schema.getPossibleTypes(type) : []
      for (const { name } of [type, ...behind]) used.add(`${graph} ${name}.${selection.name.value}`)
      const field = type.getFields()[selection.name.value]
      if (selection.selectionSet !== undefined && field !== undefined) {
        note(graph, getNamedType(field.type), selection.selectionSet)
      }
    }
  }
  const noteText = (directive: ConstDirectiveNode, argument: string, type: string): void => {
    const text = textArgument(directive, argument)
    if (text !== undefined) note(graphOf(directive), schema.getType(type), fieldSet(text))
  }
  const noteType = (type: WithFields): void => {
    for (const directive of type.directives ?? []) noteText(directive, 'key', type.name.value)
    for (const field of type.fields ?? []) {
      for (const directive of field.directives ?? []) {
        noteText(directive, 'requires', type.name.value)
        noteText(directive, 'provides', namedTypeOf(field.type))
      }
    }
  }
  visit(document, { ObjectTypeDefinition: noteType, InterfaceTypeDefinition: noteType })
  return (graph, type, field) => used.has(`${graph} ${type}.${field}`)
}

const namedTypeOf = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : namedTypeOf(type.type)

interface Restoring {
  readonly variants: ReadonlyMap<string, Variant>
  readonly needs: ReadonlyMap<string, readonly string[]>
}

function restoreNode(node: PlanNode, restoring: Restoring): PlanNode {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map((each) => restoreNode(each, restoring)) }
    case 'Flatten':
      return { ...node, node: restoreNode(node.node, restoring) }
    case 'Fetch': {
      const fetches = apart(node, restoring).map((each) => restoreFetch(each, restoring))
      const [only] = fetches
      return fetches.length === 1 && only !== undefined
        ? only
        : { kind: 'Parallel', nodes: fetches }
    }
    case 'Condition': // decided before it is planned
    case 'Defer':
      return node
  }
}

function restoreFetch(node: FetchNode, { variants }: Restoring): FetchNode {
  if (!node.operation.includes(prefix) && node.requires === undefined) return node
  const { operationDocumentNode: _, ...rest } = node
  return {
    ...rest,
    operation: node.operation.includes(prefix)
      ? stripIgnoredCharacters(print(restoreOperation(parse(node.operation), variants)))
      : node.operation,
    ...(node.requires ? { requires: node.requires.map((each) => sent(each, variants)) } : {}),
  }
}

const restoreOperation = (
  document: DocumentNode,
  variants: ReadonlyMap<string, Variant>,
): DocumentNode =>
  visit(document, {
    Field(field) {
      const variant = variants.get(field.name.value)
      return variant === undefined
        ? undefined
        : {
            ...field,
            alias: field.alias ?? field.name,
            name: { kind: Kind.NAME, value: variant.field },
            arguments: variant.arguments,
          }
    },
  })

function sent(
  selection: QueryPlanSelectionNode,
  variants: ReadonlyMap<string, Variant>,
): SentSelection {
  const inner = selection.selections?.map((each) => sent(each, variants))
  if (selection.kind === 'InlineFragment') return { ...selection, selections: inner ?? [] }
  const variant = variants.get(selection.name)
  return {
    ...selection,
    ...(inner ? { selections: inner } : {}),
    ...(variant ? { sentAs: variant.field } : {}),
  }
}

/** A fetch as several, so that no representation needs two variants of one field. */
function apart(node: FetchNode, { variants, needs }: Restoring): readonly FetchNode[] {
  const required = namesIn(node.requires ?? []).filter((name) => variants.has(name))
  if (required.length <= 1) return [node]
  const document = parse(node.operation, { noLocation: true })
  const asked = [...new Set(fieldsOfEntities(document))].map((field) => ({
    field,
    needed: (needs.get(field) ?? []).filter((name) => required.includes(name)),
  }))
  const groups = grouped(asked, variants)
  if (groups.length <= 1) return [node]
  return groups.map(({ fields, names }) => {
    const others = new Set(required.filter((name) => !names.has(name)))
    return {
      ...node,
      operation: stripIgnoredCharacters(print(onlyFields(document, (field) => fields.has(field)))),
      requires: (node.requires ?? []).map((each) => without(each, others)),
    }
  })
}

interface Asked {
  /** `Type.field` */
  readonly field: string
  readonly needed: readonly string[]
}

interface Group {
  readonly fields: Set<string>
  readonly names: Set<string>
}

/** Fields in groups whose representations have no field twice. */
function grouped(
  asked: readonly Asked[],
  variants: ReadonlyMap<string, Variant>,
): readonly Group[] {
  const key = (name: string) => `${variants.get(name)?.type}.${variants.get(name)?.field}`
  const groups: Group[] = []
  for (const { field, needed } of asked) {
    const fitting = groups.find(({ names }) =>
      needed.every((name) =>
        [...names].every((other) => other === name || key(other) !== key(name)),
      ),
    )
    const group = fitting ?? { fields: new Set(), names: new Set() }
    if (fitting === undefined) groups.push(group)
    group.fields.add(field)
    for (const name of needed) group.names.add(name)
  }
  return groups
}

const namesIn = (selections: readonly QueryPlanSelectionNode[]): readonly string[] =>
  selections.flatMap((selection) => [
    ...(selection.kind === 'Field' ? [selection.name] : []),
    ...namesIn(selection.selections ?? []),
  ])

function without(
  selection: QueryPlanSelectionNode,
  names: ReadonlySet<string>,
): QueryPlanSelectionNode {
  const inner = selection.selections
    ?.filter((each) => each.kind !== 'Field' || !names.has(each.name))
    .map((each) => without(each, names))
  if (selection.kind === 'InlineFragment') return { ...selection, selections: inner ?? [] }
  return { ...selection, ...(inner ? { selections: inner } : {}) }
}

/** The fields that are asked of entities, as `Type.field`. */
function fieldsOfEntities(document: DocumentNode): readonly string[] {
  const fields: string[] = []
  onlyFields(document, (field) => {
    fields.push(field)
    return true
  })
  return fields
}

/** The operation with those fields of its entities only. */
function onlyFields(document: DocumentNode, isOurs: (field: string) => boolean): DocumentNode {
  const filter = (selectionSet: SelectionSetNode, type: string | undefined): SelectionSetNode => ({
    ...selectionSet,
    selections: selectionSet.selections.flatMap((selection): readonly SelectionNode[] => {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const inner = filter(selection.selectionSet, selection.typeCondition?.name.value ?? type)
        return inner.selections.length === 0 ? [] : [{ ...selection, selectionSet: inner }]
      }
      if (selection.kind !== Kind.FIELD) return [selection]
      return selection.name.value === '__typename' || isOurs(`${type}.${selection.name.value}`)
        ? [selection]
        : []
    }),
  })
  return {
    ...document,
    definitions: document.definitions.map((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION
        ? {
            ...definition,
            selectionSet: {
              ...definition.selectionSet,
              selections: definition.selectionSet.selections.map((root) =>
                root.kind === Kind.FIELD && root.selectionSet !== undefined
                  ? { ...root, selectionSet: filter(root.selectionSet, undefined) }
                  : root,
              ),
            },
          }
        : definition,
    ),
  }
}
