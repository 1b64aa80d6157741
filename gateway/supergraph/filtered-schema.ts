/**
 * A schema without some of its parts, as if they had never been there: what is hidden goes, then what
 * cannot be without it, then what nobody can reach any more (as in contracts of Apollo's GraphOS).
 */
import {
  buildASTSchema,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isTypeDefinitionNode,
  isUnionType,
  Kind,
  parse,
  printSchema,
  specifiedScalarTypes,
  type DefinitionNode,
  type FieldDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type InputValueDefinitionNode,
  type InterfaceTypeDefinitionNode,
  type ObjectTypeDefinitionNode,
  type TypeDefinitionNode,
  type TypeNode,
} from 'graphql'
import { AppError } from '#shared/errors.ts'

/** By `Type`, `Type.field`, `Type.field(argument:)`, `Input.field` or `Enum.VALUE`. */
export type IsHidden = (coordinate: string) => boolean

export function filteredSchema(schema: GraphQLSchema, isHidden: IsHidden): GraphQLSchema {
  let definitions = definitionsOf(schema)
  for (let size = -1; size !== sizeOf(definitions);) {
    size = sizeOf(definitions)
    definitions = without(definitions, isHidden)
  }
  const left = buildASTSchema({ kind: Kind.DOCUMENT, definitions }, { assumeValid: true })
  if (!left.getQueryType()) {
    throw new AppError('SUPERGRAPH_INVALID', 'A contract of this supergraph has no field of Query.')
  }
  const reached = reachedTypes(left)
  return buildASTSchema(
    {
      kind: Kind.DOCUMENT,
      definitions: definitions.filter(
        (each) => !isTypeDefinitionNode(each) || reached.has(each.name.value),
      ),
    },
    { assumeValid: true },
  )
}

const written = new WeakMap<GraphQLSchema, readonly DefinitionNode[]>()

/** As SDL has them, made once: nothing here changes them. */
function definitionsOf(schema: GraphQLSchema): readonly DefinitionNode[] {
  const known = written.get(schema)
  if (known !== undefined) return known
  const { definitions } = parse(printSchema(schema), { noLocation: true })
  written.set(schema, definitions)
  return definitions
}

/** How many types, fields, arguments and values there are: what is taken away makes it smaller. */
function sizeOf(definitions: readonly DefinitionNode[]): number {
  let size = definitions.length
  for (const each of definitions) {
    if ('interfaces' in each) size += each.interfaces?.length ?? 0
    if ('values' in each) size += each.values?.length ?? 0
    if ('types' in each) size += each.types?.length ?? 0
    for (const field of ('fields' in each ? each.fields : undefined) ?? [])
      size += 1 + ('arguments' in field ? (field.arguments?.length ?? 0) : 0)
  }
  return size
}

const builtIn = specifiedScalarTypes.map(({ name }) => name)

function without(
  definitions: readonly DefinitionNode[],
  isHidden: IsHidden,
): readonly DefinitionNode[] {
  const types = definitions.filter(isTypeDefinitionNode)
  const byName = new Map(types.map((type) => [type.name.value, type]))
  const known = new Set([
    ...builtIn,
    ...types.map(({ name }) => name.value).filter((name) => !isHidden(name)),
  ])
  const isKnown = (type: TypeNode): boolean =>
    type.kind === Kind.NAMED_TYPE ? known.has(type.name.value) : isKnown(type.type)
  const isSeen = (at: string, { type }: InputValueDefinitionNode | FieldDefinitionNode) =>
    !isHidden(at) && isKnown(type)

  /** What an interface has, all that implement it must have. */
  const lacking = new Map<string, Set<string>>()
  for (const type of types) {
    if (!('interfaces' in type) || !known.has(type.name.value)) continue
    const own = new Set((type.fields ?? []).map(({ name }) => name.value))
    for (const { name } of type.interfaces ?? []) {
      const above = byName.get(name.value)
      const fields = (above !== undefined && 'fields' in above ? above.fields : undefined) ?? []
      const missing = fields.map((each) => each.name.value).filter((each) => !own.has(each))
      lacking.set(name.value, (lacking.get(name.value) ?? new Set()).union(new Set(missing)))
    }
  }

  const fieldsOf = ({ name: { value: type }, fields = [] }: WithFields) =>
    fields.flatMap((field): readonly FieldDefinitionNode[] => {
      const at = `${type}.${field.name.value}`
      if (!isSeen(at, field) || lacking.get(type)?.has(field.name.value) === true) return []
      const given = field.arguments ?? []
      const left = given.filter((each) => isSeen(`${at}(${each.name.value}:)`, each))
      // Without an argument that must be given, nobody can ask for it.
      return given.some((each) => isRequired(each) && !left.includes(each))
        ? []
        : [{ ...field, arguments: left }]
    })
  const shown = (type: TypeDefinitionNode): readonly TypeDefinitionNode[] => {
    const name = type.name.value
    if (!known.has(name)) return []
    switch (type.kind) {
      case Kind.SCALAR_TYPE_DEFINITION:
        return [type]
      case Kind.ENUM_TYPE_DEFINITION: {
        const values = (type.values ?? []).filter((each) => !isHidden(`${name}.${each.name.value}`))
        return values.length === 0 ? [] : [{ ...type, values }]
      }
      case Kind.UNION_TYPE_DEFINITION: {
        const members = (type.types ?? []).filter(isKnown)
        return members.length === 0 ? [] : [{ ...type, types: members }]
      }
      case Kind.INPUT_OBJECT_TYPE_DEFINITION: {
        const fields = (type.fields ?? []).filter((each) =>
          isSeen(`${name}.${each.name.value}`, each),
        )
        const isLacking = (type.fields ?? []).some(
          (each) => isRequired(each) && !fields.includes(each),
        )
        return fields.length === 0 || isLacking ? [] : [{ ...type, fields }]
      }
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_DEFINITION: {
        const fields = fieldsOf(type)
        const interfaces = (type.interfaces ?? []).filter(isKnown)
        return fields.length === 0 ? [] : [{ ...type, fields, interfaces }]
      }
    }
  }
  return definitions.flatMap((definition): readonly DefinitionNode[] => {
    if (isTypeDefinitionNode(definition)) return shown(definition)
    if (definition.kind !== Kind.SCHEMA_DEFINITION) return [definition]
    const operationTypes = definition.operationTypes.filter(({ type }) => isKnown(type))
    return [{ ...definition, operationTypes }]
  })
}

type WithFields = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode

const isRequired = ({ type, defaultValue }: InputValueDefinitionNode): boolean =>
  type.kind === Kind.NON_NULL_TYPE && defaultValue === undefined

function reachedTypes(schema: GraphQLSchema): ReadonlySet<string> {
  const reached = new Set<string>()
  const reach = (type: GraphQLNamedType | null | undefined): void => {
    if (!type || reached.has(type.name)) return
    reached.add(type.name)
    if (isUnionType(type)) type.getTypes().forEach(reach)
    if (isInterfaceType(type)) {
      const { objects, interfaces } = schema.getImplementations(type)
      for (const each of [...objects, ...interfaces]) reach(each)
    }
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) reach(getNamedType(field.type))
    }
    if (!isObjectType(type) && !isInterfaceType(type)) return
    type.getInterfaces().forEach(reach)
    for (const field of Object.values(type.getFields())) {
      reach(getNamedType(field.type))
      for (const { type: given } of field.args) reach(getNamedType(given))
    }
  }
  for (const root of [
    schema.getQueryType(),
    schema.getMutationType(),
    schema.getSubscriptionType(),
  ])
    reach(root)
  for (const { args } of schema.getDirectives()) {
    for (const { type } of args) reach(getNamedType(type))
  }
  return reached
}
