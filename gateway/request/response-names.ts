/**
 * Keeps the client's names apart from what the planner adds. Apollo's planner keys selections by
 * response name only, so `{ user { email: id } }` answers the e-mail where the id was asked for when
 * `email` is a key. Such names are other ones while it is planned, and turned back in the answer.
 */
import {
  isAbstractType,
  isInterfaceType,
  isObjectType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type FieldNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql'
import type { Generation } from '../supergraph/generation.ts'
import { hiddenField } from './conditions.ts'

const prefix = 'isthmus_alias_'

/** Apollo's plans keep the variable `representations` for themselves. */
const reserved = 'representations'
const reservedVariable = 'isthmus_representations'

type Names = Pick<Generation, 'apiSchema' | 'supergraphSchema'>

export function renameCollisions(
  operation: OperationDefinitionNode,
  names: Names,
): OperationDefinitionNode {
  const types = new TypeInfo(names.apiSchema)
  return visit(
    operation,
    visitWithTypeInfo(types, {
      Variable: (node) =>
        node.name.value === reserved
          ? { ...node, name: { ...node.name, value: reservedVariable } }
          : undefined,
      Field(node) {
        const alias = node.alias?.value
        if (alias === hiddenField) return undefined
        if (!collides(node, types.getParentType()?.name, names)) return undefined
        const value = prefix + (alias ?? node.name.value)
        return { ...node, alias: { kind: node.name.kind, value } }
      },
    }),
  )
}

/** Whether the response name is one that the planner may use for something else. */
function collides(node: FieldNode, parent: string | undefined, names: Names): boolean {
  const alias = node.alias?.value
  // What every object has already can be told from what a system answered only by another name.
  if ((alias ?? node.name.value) in Object.prototype) return true
  return (
    alias !== undefined &&
    alias !== node.name.value &&
    fieldsOf(parent ?? '', names.supergraphSchema).has(alias)
  )
}

/** Every field that a value of the type may have, also those that clients do not see. */
function fieldsOf(name: string, schema: GraphQLSchema): ReadonlySet<string> {
  const type = schema.getType(name)
  const all = isAbstractType(type) ? [type, ...schema.getPossibleTypes(type)] : [type]
  return new Set(
    all.flatMap((each) =>
      isObjectType(each) || isInterfaceType(each) ? Object.keys(each.getFields()) : [],
    ),
  )
}

/** The values by the names that the planned operation has. */
export const renameValues = (
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> => {
  if (!(reserved in values)) return values
  const { [reserved]: value, ...rest } = values
  return { ...rest, [reservedVariable]: value }
}

/** The client's name of a response name. */
export const originalName = (name: string): string =>
  name.startsWith(prefix) ? name.slice(prefix.length) : name
