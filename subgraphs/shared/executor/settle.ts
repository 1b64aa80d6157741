/**
 * One wait for all values of a field, instead of one for each row. Values that are there already
 * cost no promise at all.
 */

/** A value that could not be had; stands where the value would. */
export class Failure {
  readonly reason: unknown

  constructor(reason: unknown) {
    this.reason = reason
  }
}

/** The values without promises, down into as many lists as the field's type has around it. */
export function settle(
  values: readonly unknown[],
  listDepth: number,
): readonly unknown[] | Promise<readonly unknown[]> {
  const inner = (settled: readonly unknown[]) =>
    listDepth === 0 ? settled : settleItems(settled, listDepth - 1)
  return values.some(isPromise) ? outcomes(values).then(inner) : inner(values)
}

/** Never rejects: what went wrong is told row by row, and only then costs more than one wait. */
async function outcomes(values: readonly unknown[]): Promise<readonly unknown[]> {
  try {
    return await Promise.all(values)
  } catch {
    const settled = await Promise.allSettled(values)
    return settled.map((outcome) =>
      outcome.status === 'fulfilled' ? outcome.value : new Failure(outcome.reason),
    )
  }
}

function settleItems(
  values: readonly unknown[],
  listDepth: number,
): readonly unknown[] | Promise<readonly unknown[]> {
  let waits = false
  const lists = values.map((value) => {
    const list = listOf(value)
    if (!Array.isArray(list)) return list
    const items = settle(list, listDepth)
    waits ||= isPromise(items)
    return items
  })
  return waits ? Promise.all(lists) : lists
}

/** Any iterable as an array; what is none stays, for the completion to refuse. */
function listOf(value: unknown): unknown {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value
  if (!(Symbol.iterator in value)) return value
  try {
    return Array.from(value as Iterable<unknown>)
  } catch (reason) {
    return new Failure(reason)
  }
}

export const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  (typeof value === 'object' || typeof value === 'function') &&
  value !== null &&
  'then' in value &&
  typeof value.then === 'function'
