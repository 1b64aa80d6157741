/**
 * A plan's path to entities (`orders.nodes.@.customer`) as functions over the raw data: the objects
 * at its end, and the exact path of each. A value of a wrong shape on the way leads nowhere; the
 * shape reports it.
 */
import { isRaw, type Path, type Raw } from './run.ts'

/** Stands in a plan's path for "each item of the list". */
export const eachItem = '@'

/** The objects at the end of the path, in order; nulls on the way are left out. */
export function collect(data: Raw, path: readonly string[]): readonly Raw[] {
  let level: readonly unknown[] = [data]
  for (const part of path) {
    const next: unknown[] = []
    if (part === eachItem) {
      for (const value of level) {
        if (Array.isArray(value)) for (const item of value) next.push(item)
      }
    } else {
      for (const value of level) if (isRaw(value)) next.push(value[part])
    }
    level = next
  }
  return level.filter(isRaw)
}

/** The path of each object that `collect` finds, in the same order. Asked for by errors only. */
export function pathsOfPlaces(data: Raw, path: readonly string[]): readonly Path[] {
  let level: readonly { readonly value: unknown; readonly path: Path }[] = [
    { value: data, path: [] },
  ]
  for (const part of path) {
    level = level.flatMap(({ value, path: before }) => {
      if (part !== eachItem) {
        return isRaw(value) ? [{ value: value[part], path: [...before, part] }] : []
      }
      return Array.isArray(value)
        ? value.map((item: unknown, index) => ({ value: item, path: [...before, index] }))
        : []
    })
  }
  return level.filter(({ value }) => isRaw(value)).map((each) => each.path)
}
