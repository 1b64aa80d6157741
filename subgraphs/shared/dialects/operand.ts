/** A finished part of a statement, to be put into SQL that a dialect writes. */
import { ExpressionWrapper, type Expression, type OperationNode } from 'kysely'
import type { AnyDatabase } from '../relations.ts'

export const operand = (node: OperationNode): Expression<unknown> =>
  new ExpressionWrapper<AnyDatabase, string, unknown>(node)
