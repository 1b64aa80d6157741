/**
 * Keeps the client's names apart from what the planner adds. Apollo's planner keys selections by
 * response name only, so `{ user { email: id } }` answers the e-mail where the id was asked for when
 * `email` is a key. An alias that equals another field of its type is renamed before planning and
 * back in the answer.
 */
import {
  isInterfaceType,
  isObjectType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql'
import { AppError } from '#shared/errors.ts'
import { hiddenField } from './authorise.ts'

const prefix = 'isthmus_alias_'

export interface Renamed {
  readonly operation: OperationDefinitionNode
  /** Whether the answer has names to turn back. */
  readonly isRenamed: boolean
}

export function renameCollisions(
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
): Renamed {
  const types = new TypeInfo(schema)
  let isRenamed = false
  const renamed: OperationDefinitionNode = visit(
    operation,
    visitWithTypeInfo(types, {
      Field(node) {
        const alias = node.alias?.value
        if (alias === hiddenField) isRenamed = true
        if (alias === undefined || alias === hiddenField) return undefined
        if (alias.startsWith(prefix)) {
          throw new AppError('BAD_USER_INPUT', `An alias may not begin with "${prefix}".`)
        }
        const parent = types.getParentType()
        const isOther =
          alias !== node.name.value &&
          (isObjectType(parent) || isInterfaceType(parent)) &&
          alias in parent.getFields()
        if (!isOther) return undefined
        isRenamed = true
        return { ...node, alias: { kind: node.name.kind, value: prefix + alias } }
      },
    }),
  )
  return { operation: renamed, isRenamed }
}

/** The client's name of a response name. */
export const originalName = (name: string): string =>
  name.startsWith(prefix) ? name.slice(prefix.length) : name

/** The answer with the client's names, and without what only the planner needed. */
export function restoreNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(restoreNames)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== hiddenField)
      .map(([name, inner]) => [originalName(name), restoreNames(inner)]),
  )
}
