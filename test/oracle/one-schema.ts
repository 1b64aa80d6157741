/**
 * The right answer: graphql-js over one schema and all data. It also notes of which type each place
 * of the answer is, so that a partial answer can be judged.
 */
import {
  executeSync,
  parse,
  type ExecutionResult,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql'
import type { Question } from './case.ts'
import { isPlace, wholeValue, type Whole } from './store.ts'

export interface Truth {
  readonly answer: ExecutionResult
  /** The type of every field by its path in the answer. */
  readonly types: ReadonlyMap<string, GraphQLOutputType>
}

export const pathKey = (path: readonly (string | number)[]): string => JSON.stringify(path)

/** `whole.schema` may know more fields than `apiSchema`, which is what clients see. */
export function truth(whole: Whole, apiSchema: GraphQLSchema, question: Question): Truth {
  const types = new Map<string, GraphQLOutputType>()
  const root = whole.data['Query']
  const fieldResolver: GraphQLFieldResolver<unknown, unknown> = (source, args, _, info) => {
    const path: (string | number)[] = []
    for (let at = info.path as typeof info.path | undefined; at !== undefined; at = at.prev) {
      path.unshift(at.key)
    }
    types.set(pathKey(path), info.returnType)
    const object = isPlace(source) ? source.object : root
    return object === undefined ? null : wholeValue(whole, object, info.fieldName, args)
  }
  const answer = executeSync({
    schema: apiSchema,
    document: parse(question.operation),
    variableValues: question.variables,
    fieldResolver,
    typeResolver: (value) => (isPlace(value) ? value.object.type : undefined),
  })
  return { answer: JSON.parse(JSON.stringify(answer)) as ExecutionResult, types } // as a client gets it
}
