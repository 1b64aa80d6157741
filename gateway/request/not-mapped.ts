/**
 * What a connected system does not have, told once for each field of the operation: at the path of the
 * first row, with the number of rows in `extensions.rows`. A thousand rows lack a field for one reason.
 * So it is with a source that has to be named.
 */
import { GraphQLError } from 'graphql'

const ofField: ReadonlySet<unknown> = new Set(['NOT_MAPPED', 'SOURCE_REQUIRED'])

/** Whether the reason is the same for every row. */
export const isOfField = ({ extensions }: GraphQLError): boolean => ofField.has(extensions['code'])

export function foldNotMapped(errors: readonly GraphQLError[]): readonly GraphQLError[] {
  const folded: (GraphQLError | Lack)[] = []
  const lacks = new Map<string, Lack>()
  for (const error of errors) {
    if (!isOfField(error) || error.path === undefined) {
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
  isOfField(error) &&
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
