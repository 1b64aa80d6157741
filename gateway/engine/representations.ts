/**
 * What is sent of entities: each representation once, and none that has no key. The answer is laid
 * out again as it was asked, so that whoever sent the representations does not notice.
 */
import { GraphQLError, type ExecutionResult } from 'graphql'
import type { EntityKeys } from '../supergraph/entity-keys.ts'

type Representation = Readonly<Record<string, unknown>>

export interface Reduced {
  readonly unique: readonly Representation[]
  /** For each representation that was given, its place in `unique`; null when it has no key. */
  readonly places: readonly (number | null)[]
}

export function reduce(
  representations: readonly Representation[],
  system: string,
  keys: EntityKeys,
): Reduced {
  const known = new Map<string, number>()
  const unique: Representation[] = []
  const places = representations.map((representation) => {
    if (!hasKey(representation, system, keys)) return null
    const text = JSON.stringify(representation)
    const place = known.get(text)
    if (place !== undefined) return place
    known.set(text, unique.length)
    unique.push(representation)
    return unique.length - 1
  })
  return { unique, places }
}

/** Whether one of the keys that the system resolves is there, without a null in it. */
function hasKey(representation: Representation, system: string, keys: EntityKeys): boolean {
  const own = keys.get(`${system}|${String(representation['__typename'])}`)
  // A type whose keys are not known (an interface object) is sent as it is.
  if (own === undefined) return true
  return own.some((fields) => fields.every((field) => representation[field] != null))
}

/** Lays the answer to `unique` out for all representations; errors go to every place that shares one. */
export function expand(answer: ExecutionResult, { unique, places }: Reduced): ExecutionResult {
  const entities = answer.data?.['_entities']
  if (answer.data === null || answer.data === undefined) {
    return { ...answer, ...(answer.errors ? { errors: spread(answer.errors, places) } : {}) }
  }
  if (!Array.isArray(entities) || entities.length !== unique.length) {
    return {
      data: null,
      errors: [
        new GraphQLError('A system answered another number of entities than it was asked for.', {
          path: ['_entities', 0],
          extensions: { code: 'SOURCE_DATA_INVALID' },
        }),
      ],
    }
  }
  const used = new Set<number>()
  const laidOut = places.map((place): unknown => {
    if (place === null) return null
    const entity: unknown = entities[place]
    if (!used.has(place)) {
      used.add(place)
      return entity
    }
    // Later fetches write into each place apart.
    return structuredClone(entity)
  })
  return {
    ...answer,
    data: { ...answer.data, _entities: laidOut },
    ...(answer.errors ? { errors: spread(answer.errors, places) } : {}),
  }
}

/** An error of one entity, at every place that asked for it. */
function spread(
  errors: readonly GraphQLError[],
  places: readonly (number | null)[],
): readonly GraphQLError[] {
  return errors.flatMap((error) => {
    const [root, place, ...rest] = error.path ?? []
    if (root !== '_entities' || typeof place !== 'number') return [error]
    return places.flatMap((at, index) =>
      at === place ? [withPath(error, ['_entities', index, ...rest])] : [],
    )
  })
}

const withPath = (error: GraphQLError, path: readonly (string | number)[]): GraphQLError =>
  new GraphQLError(error.message, {
    path,
    extensions: error.extensions,
    originalError: error.originalError ?? null,
  })
