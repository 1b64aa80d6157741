/**
 * What clients see of a supergraph: without the machinery of federation and without what is
 * `@inaccessible` (Federation 2, "API schema"). Done on the syntax alone, so that a gateway need not
 * load the planner for it; a test compares it with Apollo's own.
 */
import {
  buildASTSchema,
  isTypeDefinitionNode,
  Kind,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DirectiveDefinitionNode,
  type InterfaceTypeDefinitionNode,
  type ObjectTypeDefinitionNode,
  type TypeDefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
  type NameNode,
} from 'graphql'

interface Named {
  readonly name: NameNode
  readonly directives?: readonly ConstDirectiveNode[] | undefined
}

/** Directives of GraphQL itself: they stay on what clients see. */
const ofGraphql = new Set(['deprecated', 'specifiedBy', 'oneOf'])

export function apiSchemaOf(supergraph: DocumentNode): GraphQLSchema {
  const features = featureNames(supergraph)
  const inaccessible = features.get('inaccessible') ?? 'inaccessible'
  const isHidden = ({ directives = [] }: Named) =>
    directives.some(({ name }) => name.value === inaccessible)
  const isMachinery = (name: string) =>
    [...features.values()].some((each) => name === each || name.startsWith(`${each}__`))
  const isSeen = (node: Named) => !isHidden(node) && !isMachinery(node.name.value)
  const goneTypes = new Set(
    supergraph.definitions.flatMap((definition) =>
      isTypeDefinitionNode(definition) && !isSeen(definition) ? [definition.name.value] : [],
    ),
  )
  /** Only what may stand in an operation is for clients. */
  const isForClients = ({ name, locations }: DirectiveDefinitionNode) =>
    !isMachinery(name.value) && locations.some(({ value }) => executable.has(value))
  const withFields = <Node extends ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode>(
    type: Node,
  ): Node => ({
    ...plain(type),
    interfaces: (type.interfaces ?? []).filter(({ name }) => !goneTypes.has(name.value)),
    fields: (type.fields ?? [])
      .filter((field) => !isHidden(field))
      .map((field) => plain({ ...field, arguments: seen(field.arguments, isSeen) })),
  })
  const shown = (definition: TypeDefinitionNode): DefinitionNode => {
    switch (definition.kind) {
      case Kind.SCALAR_TYPE_DEFINITION:
        return plain(definition)
      case Kind.ENUM_TYPE_DEFINITION:
        return plain({ ...definition, values: seen(definition.values, isSeen) })
      case Kind.UNION_TYPE_DEFINITION: {
        const types = (definition.types ?? []).filter(({ name }) => !goneTypes.has(name.value))
        return plain({ ...definition, types })
      }
      case Kind.INPUT_OBJECT_TYPE_DEFINITION:
        return plain({ ...definition, fields: seen(definition.fields, isSeen) })
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_DEFINITION:
        return withFields(definition)
    }
  }
  const definitions = supergraph.definitions.flatMap((definition): readonly DefinitionNode[] => {
    if (definition.kind === Kind.SCHEMA_DEFINITION) return [{ ...definition, directives: [] }]
    if (definition.kind === Kind.DIRECTIVE_DEFINITION) {
      return isForClients(definition) ? [definition] : []
    }
    return isTypeDefinitionNode(definition) && isSeen(definition) ? [shown(definition)] : []
  })
  return buildASTSchema({ kind: Kind.DOCUMENT, definitions }, { assumeValid: true })
}

const executable = new Set([
  'QUERY',
  'MUTATION',
  'SUBSCRIPTION',
  'FIELD',
  'FRAGMENT_DEFINITION',
  'FRAGMENT_SPREAD',
  'INLINE_FRAGMENT',
  'VARIABLE_DEFINITION',
])

const seen = <Node extends Named>(
  nodes: readonly Node[] | undefined,
  isSeen: (node: Named) => boolean,
): Node[] => (nodes ?? []).filter(isSeen).map(plain)

/** Without directives that are none of GraphQL's own. */
const plain = <Node extends Named>(node: Node): Node => ({
  ...node,
  directives: (node.directives ?? []).filter(({ name }) => ofGraphql.has(name.value)),
})

/** What the linked features are called in this document: `@link(url: ".../join/v0.5")` is `join`. */
export function featureNames(supergraph: DocumentNode): ReadonlyMap<string, string> {
  const names = new Map([['link', 'link']])
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION)
      continue
    for (const { name, arguments: given = [] } of definition.directives ?? []) {
      if (name.value !== 'link') continue
      const text = (argument: string) => {
        const value = given.find((each) => each.name.value === argument)?.value
        return value?.kind === Kind.STRING ? value.value : undefined
      }
      const feature = /\/([^/]+)(?:\/v\d+\.\d+)?$/.exec(text('url') ?? '')?.[1]
      if (feature === undefined) continue
      names.set(feature, text('as') ?? feature)
      const imports = given.find((each) => each.name.value === 'import')?.value
      for (const each of imports?.kind === Kind.LIST ? imports.values : []) {
        if (each.kind === Kind.STRING) {
          const imported = each.value.replace(/^@/, '')
          names.set(`${feature} ${imported}`, imported)
        } else if (each.kind === Kind.OBJECT) {
          const field = (key: string) => {
            const value = each.fields.find((one) => one.name.value === key)?.value
            return value?.kind === Kind.STRING ? value.value.replace(/^@/, '') : undefined
          }
          const imported = field('as') ?? field('name')
          if (imported === undefined) continue
          names.set(field('name') === feature ? feature : `${feature} ${imported}`, imported)
        }
      }
    }
  }
  return names
}
