/**
 * The argument `source` of a field that has no filter: the field reads that source alone. What it answers
 * goes on by its ids, which say of which source they are.
 */
import {
  defaultFieldResolver,
  isObjectType,
  type GraphQLFieldResolver,
  type GraphQLSchema,
} from 'graphql'

/** A context that has one for each source of its system. */
export interface SourcedContext {
  /** Throws BAD_USER_INPUT where there is no such source. */
  ofSource(name: string): object
}

type Args = Readonly<Record<string, unknown>>

export const sourceArgument = 'source'

/** Resolvers need not know of the argument: they are given the context of the source that it names. */
export function resolveFromSource(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue
    for (const field of Object.values(type.getFields())) {
      if (!field.args.some(({ name }) => name === sourceArgument)) continue
      field.resolve = fromSource(field.resolve ?? defaultFieldResolver)
    }
  }
}

const fromSource =
  (
    resolve: GraphQLFieldResolver<unknown, SourcedContext, Args>,
  ): GraphQLFieldResolver<unknown, SourcedContext, Args> =>
  (parent, { [sourceArgument]: name, ...args }, context, info) => {
    const given = typeof name === 'string' ? context.ofSource(name) : context
    return resolve(parent, args, given as SourcedContext, info)
  }
