/**
 * Objects of one type that are answered together: their sources, what is answered of each, and where
 * each hangs in the answer. Also what happens to the answer when one of them fails: the path of the
 * error, and the null that goes up to the nearest place that may be null (GraphQL specification,
 * "Handling execution errors").
 */
import { type GraphQLError, locatedError } from 'graphql'
import type { Arguments, Field, Selection, Shape, Source, Variables } from './operation.ts'
import { Failure } from './settle.ts'

/** One request. */
export interface Run {
  readonly source: Source
  readonly variables: Variables
  readonly context: unknown
  readonly signal: AbortSignal
  readonly errors: GraphQLError[]
  /** The arguments of each field, the same for all its parents. */
  readonly arguments: Map<Field, Arguments | Failure>
  data: Answer | null
}

export type Answer = Record<string, unknown>

export interface Batch {
  readonly selection: Selection
  readonly sources: unknown[]
  readonly answers: Answer[]
  /** Null for the root. */
  readonly from: { readonly batch: Batch; readonly field: Field } | null
  /** For each object the row of its parent in `from.batch`. */
  readonly owners: number[]
}

/** The arguments of a field, read when its first parent needs them. */
export function argumentsFor(run: Run, field: Field): Arguments | Failure {
  let known = run.arguments.get(field)
  if (known === undefined) {
    try {
      known = field.argumentsFor(run.variables)
    } catch (reason) {
      known = new Failure(reason)
    }
    run.arguments.set(field, known)
  }
  return known
}

export type Path = readonly (string | number)[]

export interface FailedField {
  readonly batch: Batch
  readonly row: number
  readonly field: Field
  /** Lead to the failed item where the field is a list. */
  readonly indexes: readonly number[]
}

/** Reports an error of a field, unless what is around it has become null already. */
export function fail(run: Run, failed: FailedField, cause: unknown): void {
  const { batch, row, field, indexes } = failed
  const path = pathOf(run, batch, row)
  if (path === null) return
  const at = [...path, field.responseName, ...indexes]
  run.errors.push(locatedError(cause, [...field.nodes], at))
}

/** Puts null where the object is, or further up where null is not allowed there. */
export function nullify(run: Run, batch: Batch, row: number): void {
  const { from } = batch
  if (from === null) {
    run.data = null
    return
  }
  const owner = ownerOf(batch, row)
  const parent = from.batch.answers[owner]
  const indexes = placeOf(batch, row)
  if (parent === undefined || indexes === null) return
  const { responseName, shape } = from.field
  // The containers from the outermost in: the parent, then each list on the way to the object.
  const containers: Container[] = [parent]
  const shapes: Shape[] = [shape]
  const keys: (string | number)[] = [responseName, ...indexes]
  for (const [depth] of indexes.entries()) {
    containers.push(containers[depth]?.[keys[depth] ?? ''] as Container) // it led to the object
    const outer = shapes[depth]
    if (outer?.kind === 'list') shapes.push(outer.item)
  }
  for (let depth = keys.length - 1; depth >= 0; depth -= 1) {
    const [container, key] = [containers[depth], keys[depth]]
    if (shapes[depth]?.nullable === true && container !== undefined && key !== undefined) {
      container[key] = null
      return
    }
  }
  nullify(run, from.batch, owner)
}

type Container = Record<string | number, unknown>

/** Where an object is in the answer; null when it is no longer there. */
export function pathOf(run: Run, batch: Batch, row: number): Path | null {
  const { from } = batch
  if (from === null) return run.data === null ? null : []
  const path = pathOf(run, from.batch, ownerOf(batch, row))
  const indexes = path === null ? null : placeOf(batch, row)
  return path === null || indexes === null ? null : [...path, from.field.responseName, ...indexes]
}

/** The row of the parent. */
export const ownerOf = ({ owners }: Batch, row: number): number => owners[row] ?? 0

/** The indexes that lead from the field to the object. Looked for, because only errors need them. */
export function placeOf(batch: Batch, row: number): readonly number[] | null {
  const { from, answers } = batch
  if (from === null) return []
  const owner = from.batch.answers[ownerOf(batch, row)]
  return find(owner?.[from.field.responseName], answers[row])
}

function find(within: unknown, wanted: unknown): readonly number[] | null {
  if (within === wanted) return []
  if (!Array.isArray(within)) return null
  const direct = within.indexOf(wanted)
  if (direct >= 0) return [direct]
  for (const [index, item] of within.entries()) {
    const deeper = Array.isArray(item) ? find(item, wanted) : null
    if (deeper !== null) return [index, ...deeper]
  }
  return null
}
