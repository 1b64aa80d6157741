/**
 * Values of types that the caller's schema does not have. They are answered like values that are not
 * there: without a place in a list, and without the errors in them.
 */
import type { GraphQLError } from 'graphql'
import { withPath, type Path } from './run.ts'

/** Stands for a value that is not there for this caller. */
export const absent = Symbol('absent')

/**
 * The errors without those in what was left out; places in a list are those of the answer. `leftOut`
 * are the places of what was left out, in the data as it came.
 */
export function errorsWithout(
  leftOut: readonly Path[],
  errors: readonly GraphQLError[],
): readonly GraphQLError[] {
  const places = new Set(leftOut.map(nameOf))
  const indexes = Map.groupBy(leftOut, (path) => nameOf(path.slice(0, -1)))
  const before = (list: Path, index: number): number =>
    (indexes.get(nameOf(list)) ?? []).filter((path) => Number(path.at(-1)) < index).length
  return errors.flatMap((error) => {
    const { path } = error
    if (path === undefined) return [error]
    const starts = path.map((_, at) => path.slice(0, at + 1))
    if (starts.some((start) => places.has(nameOf(start)))) return []
    const moved = path.map((part, at) =>
      typeof part === 'number' ? part - before(path.slice(0, at), part) : part,
    )
    return [withPath(error, moved)]
  })
}

const nameOf = (path: Path): string => JSON.stringify(path)
