/**
 * Compiles a selection set for one concrete type: fields of one name merged, fragments that do not
 * apply and what `@skip` and `@include` leave out taken away (GraphQL specification, "Field
 * Collection"). What a field's own selection becomes is compiled when the first request needs it.
 */
import {
  defaultTypeResolver,
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  Kind,
  typeFromAST,
  TypeNameMetaFieldDef,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type InlineFragmentNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { typeChecker } from './abstract.ts'
import { argumentsOf } from './arguments.ts'
import { entitiesOf } from './entities.ts'
import { ResolveInfo } from './info.ts'
import { serializer } from './leaf.ts'
import type { Field, Selection, Shape, Source } from './operation.ts'

export function selectionOf(
  source: Source,
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
): Selection {
  const collected = new Map<string, FieldNode[]>()
  const visited = new Set<string>()
  for (const { selections } of sets) collect(source, type, selections, { collected, visited })
  const fields = [...collected].flatMap(([responseName, nodes]) => {
    const definition = definitionOf(type, nodes)
    return definition === undefined
      ? []
      : [fieldOf(source, { responseName, parentType: type, definition, nodes })]
  })
  return { type, fields }
}

interface Collecting {
  readonly collected: Map<string, FieldNode[]>
  /** Names of fragments that were spread already. */
  readonly visited: Set<string>
}

function collect(
  source: Source,
  type: GraphQLObjectType,
  selections: readonly SelectionNode[],
  into: Collecting,
): void {
  for (const selection of selections) {
    if (!isIncluded(source, selection)) continue
    if (selection.kind === Kind.FIELD) {
      const name = selection.alias?.value ?? selection.name.value
      const nodes = into.collected.get(name)
      if (nodes === undefined) into.collected.set(name, [selection])
      else nodes.push(selection)
      continue
    }
    const fragment = fragmentOf(source, selection, into.visited)
    if (fragment !== undefined && applies(source, fragment, type)) {
      collect(source, type, fragment.selectionSet.selections, into)
    }
  }
}

const isIncluded = ({ conditions }: Source, node: SelectionNode): boolean =>
  getDirectiveValues(GraphQLSkipDirective, node, conditions)?.['if'] !== true &&
  getDirectiveValues(GraphQLIncludeDirective, node, conditions)?.['if'] !== false

type Fragment = InlineFragmentNode | FragmentDefinitionNode

function fragmentOf(
  { fragments }: Source,
  selection: Exclude<SelectionNode, FieldNode>,
  visited: Set<string>,
): Fragment | undefined {
  if (selection.kind === Kind.INLINE_FRAGMENT) return selection
  const name = selection.name.value
  if (visited.has(name)) return undefined
  visited.add(name)
  return fragments[name]
}

function applies({ schema }: Source, fragment: Fragment, type: GraphQLObjectType): boolean {
  if (fragment.typeCondition === undefined) return true
  const condition = typeFromAST(schema, fragment.typeCondition)
  return condition === type || (isAbstractType(condition) && schema.isSubType(condition, type))
}

type Definition = GraphQLField<unknown, unknown>

/** Undefined for a field that the type does not have: validation has refused it before. */
const definitionOf = (type: GraphQLObjectType, [node]: readonly FieldNode[]) =>
  node?.name.value === TypeNameMetaFieldDef.name
    ? TypeNameMetaFieldDef
    : type.getFields()[node?.name.value ?? '']

function fieldOf(
  source: Source,
  named: Pick<Field, 'responseName' | 'parentType' | 'nodes'> & { definition: Definition },
): Field {
  const { definition, nodes, parentType } = named
  const entities = entitiesOf(source.schema, parentType, definition)
  const [first] = nodes
  if (first === undefined) throw new TypeError('a field without a node')
  const ownResolve =
    definition === TypeNameMetaFieldDef ? () => parentType.name : definition.resolve
  return {
    ...named,
    argumentsFor: argumentsOf(definition, first),
    resolve: entities?.resolve ?? ownResolve ?? null,
    shape: shapeOf(source, definition.type, nodes, entities?.typeNameOf),
    listDepth: listDepthOf(definition.type),
  }
}

function listDepthOf(type: GraphQLOutputType): number {
  if (isNonNullType(type)) return listDepthOf(type.ofType)
  return isListType(type) ? 1 + listDepthOf(type.ofType) : 0
}

type TypeNameOf = Extract<Shape, { kind: 'abstract' }>['typeNameOf']

function shapeOf(
  source: Source,
  type: GraphQLOutputType,
  nodes: readonly FieldNode[],
  entityTypeNameOf: TypeNameOf | undefined,
): Shape {
  const nullable = !isNonNullType(type)
  const inner = isNonNullType(type) ? type.ofType : type
  if (isListType(inner)) {
    return { kind: 'list', nullable, item: shapeOf(source, inner.ofType, nodes, entityTypeNameOf) }
  }
  if (isLeafType(inner)) return { kind: 'leaf', nullable, serialize: serializer(inner) }
  const selections = bySelectedType(source, nodes)
  if (!isAbstractType(inner)) {
    let known: Selection | null = null
    return { kind: 'object', nullable, selection: () => (known ??= selections(inner)) }
  }
  const resolveType = inner.resolveType ?? defaultTypeResolver
  const check = typeChecker(source.schema, inner)
  return {
    kind: 'abstract',
    nullable,
    typeNameOf:
      entityTypeNameOf ??
      ((value, { run, batch, field, row }) =>
        resolveType(value, run.context, new ResolveInfo(run, batch, field, row), inner)),
    selectionOf: (typeName, value, field) => selections(check(typeName, value, field)),
  }
}

/** The merged selections of the nodes, compiled once for each concrete type that comes. */
function bySelectedType(
  source: Source,
  nodes: readonly FieldNode[],
): (type: GraphQLObjectType) => Selection {
  const sets = nodes.flatMap(({ selectionSet }) =>
    selectionSet === undefined ? [] : [selectionSet],
  )
  const known = new Map<GraphQLObjectType, Selection>()
  return (type) => {
    const selection = known.get(type) ?? selectionOf(source, type, sets)
    known.set(type, selection)
    return selection
  }
}
