/**
 * `Query._entities` as `@apollo/subgraph` answers it, without a promise and a marked object for each
 * representation: the concrete type of an entity is the one that its representation names.
 */
import {
  isObjectType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
} from 'graphql'
import { argumentsFor } from './batch.ts'
import type { Resolve, Shape } from './operation.ts'

interface Entities {
  readonly resolve: Resolve
  readonly typeNameOf: Extract<Shape, { kind: 'abstract' }>['typeNameOf']
}

type Representation = Readonly<Record<string, unknown>>

type ResolveReference = (
  reference: Representation,
  context: unknown,
  info: GraphQLResolveInfo,
) => unknown

/** Null for any other field. */
export function entitiesOf(
  schema: GraphQLSchema,
  parentType: GraphQLObjectType,
  definition: GraphQLField<unknown, unknown>,
): Entities | null {
  if (parentType !== schema.getQueryType() || definition.name !== '_entities') return null
  const typeOf = (representation: Representation) => {
    const type = schema.getType(String(representation[typeName]))
    return isObjectType(type) ? type : null
  }
  return {
    resolve: (parent, args, context, info) => {
      const representations = representationsIn(args)
      if (!representations.every(typeOf)) {
        // Entity interfaces, and types that are none of ours.
        return definition.resolve?.(parent, args, context, info)
      }
      return representations.map((representation) => {
        const resolve = resolveReferenceOf(typeOf(representation))
        return resolve === undefined ? representation : resolve(representation, context, info)
      })
    },
    typeNameOf: (value, { run, field, indexes: [index = 0] }) => {
      if (typeof value !== 'object' || value === null) return undefined
      const representation = representationsIn(argumentsFor(run, field))[index] ?? {}
      const named = typeOf(representation) === null ? (value as Representation) : representation
      return named[typeName]
    },
  }
}

const typeName = '__typename'

/** The list of `_Any` that the field takes. */
const representationsIn = (args: object): readonly Representation[] =>
  'representations' in args ? (args.representations as readonly Representation[]) : []

/** Where `@apollo/subgraph` keeps `__resolveReference` of a type. */
const resolveReferenceOf = (type: GraphQLObjectType | null): ResolveReference | undefined => {
  const { apollo } = (type?.extensions ?? {}) as {
    apollo?: { subgraph?: { resolveReference?: ResolveReference } }
  }
  return apollo?.subgraph?.resolveReference
}
