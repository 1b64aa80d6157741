/**
 * What a connected system does not have, told once for each field of the operation: at the path of the
 * first row, with the number of rows in `extensions.rows`. A thousand rows lack a field for one reason.
 */
import { GraphQLError } from 'graphql'

export const isNotMapped = ({ extensions }: GraphQLError): boolean =>
  extensions['code'] === 'NOT_MAPPED'

export function foldNotMapped(errors: readonly GraphQLError[]): readonly GraphQLError[] {
  const folded: (GraphQLError | Lack)[] = []
  const lacks = new Map<string, Lack>()
  for (const error of errors) {
    if (!isNotMapped(error) || error.path === undefined) {
      folded.push(error)
      continue
    }
    const key = JSON.stringify([
      error.path.filter((part) => typeof part === 'string'),
      error.message,
    ])
    let lack = lacks.get(key)
    if (lack === undefined) {
      lacks.set(key, (lack = { first: error, places: new Set() }))
      folded.push(lack)
    }
    lack.places.add(error.path.join('\n'))
  }
  const told = folded.map((each) => (each instanceof GraphQLError ? each : oneOf(each)))
  return told.filter((error) => !isToldBelow(error, told))
}

/** One that was met by a key of the planner's own is told by the fields that the key was for. */
const isToldBelow = (error: GraphQLError, told: readonly GraphQLError[]): boolean =>
  isNotMapped(error) &&
  told.some(
    ({ message, path = [] }) =>
      message === error.message &&
      path.length > (error.path ?? []).length &&
      (error.path ?? []).every((part, at) => part === path[at]),
  )

interface Lack {
  readonly first: GraphQLError
  /** Where it is lacking: one place may be told of twice. */
  readonly places: Set<string>
}

const oneOf = ({ first, places }: Lack): GraphQLError =>
  new GraphQLError(first.message, {
    path: first.path ?? null,
    extensions: { ...first.extensions, rows: places.size },
  })
