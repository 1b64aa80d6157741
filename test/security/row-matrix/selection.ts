/**
 * Everything that can be selected below a root field to a depth, made from the schema alone. The pieces
 * of a connection are no steps of a path, nor are the parts of a value such as an amount.
 */
import {
  getNamedType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isUnionType,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql'
import { fieldsOf, isConnection, isGroups, isValue, type Field } from './shapes.ts'

/** Argument → its literal. */
export type Given = Readonly<Record<string, string>>

/**
 * What is written for a field's arguments, such as `(first: 3)`: what is given, where the field has it,
 * and what it cannot do without. Throws when no value is known.
 */
export type WriteArguments = (parent: GraphQLObjectType, field: Field, given?: Given) => string

export interface SelectionOptions {
  readonly schema: GraphQLSchema
  readonly write: WriteArguments
  /** Coordinates that are left out. */
  readonly without: ReadonlySet<string>
}

/** The selection of a type with its braces; `steps` fields may still follow each other in it. */
export function selectionOf(
  type: GraphQLNamedType,
  steps: number,
  options: SelectionOptions,
): string {
  if (isInterfaceType(type) || isUnionType(type)) {
    const parts = options.schema
      .getPossibleTypes(type)
      .map((each) => `... on ${each.name} ${selectionOf(each, steps, options)}`)
    return `{ __typename ${parts.join(' ')} }`
  }
  if (!isObjectType(type)) throw new Error(`${type.name} has no fields`)
  const selected = fieldsOf(type).flatMap((field) => {
    if (options.without.has(`${type.name}.${field.name}`)) return []
    const inner = getNamedType(field.type)
    const written = `${field.name}${options.write(type, field)}`
    if (isLeafType(inner)) return [written]
    const left = stepsBelow(type, field, inner, steps)
    return left < 0 ? [] : [`${written} ${selectionOf(inner, left, options)}`]
  })
  return `{ ${selected.length === 0 ? '__typename' : selected.join(' ')} }`
}

/** How many steps may follow below a field; negative when it is a step too many itself. */
function stepsBelow(
  parent: GraphQLObjectType,
  { name }: Field,
  inner: GraphQLNamedType,
  steps: number,
): number {
  if (isValue(inner)) return 0
  // Its rows are those of `nodes`: here it is enough to see which they are.
  if (isConnection(parent) && name === 'edges') return 0
  if (isConnection(parent) || isGroups(parent) || name === 'node') return steps
  return steps - 1
}

/** Path → coordinate, of all fields of a document: as they stand in its answer, without the places in lists. */
export function pathsOf(document: string, schema: GraphQLSchema): ReadonlyMap<string, string> {
  const paths = new Map<string, string>()
  const open: string[] = []
  const types = new TypeInfo(schema)
  const enter = ({ name }: FieldNode) => {
    open.push(name.value)
    paths.set(open.join('.'), `${types.getParentType()?.name}.${name.value}`)
  }
  const leave = () => {
    open.pop()
  }
  visit(parse(document), visitWithTypeInfo(types, { Field: { enter, leave } }))
  return paths
}
