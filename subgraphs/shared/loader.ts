/**
 * DataLoaders as every subgraph makes them: per request, one statement for all keys of one tick,
 * answers in key order. Their memory holds one caller's rights, so none may outlive its request.
 */
import DataLoader from 'dataloader'
import { maxListValues } from './limits.ts'
import { SourceRequired } from './sources/named.ts'

const options = { maxBatchSize: maxListValues }

/** What was found of some of the keys, or why nothing was. */
export interface Answered<Found> {
  readonly keys: readonly string[]
  readonly found: Found | null
  readonly error: Error | null
}

/**
 * What `load` finds of the keys. Keys of several sources of a system are asked for source by source, so
 * that one which fails takes only its own keys with it.
 */
export async function eachSource<Found>(
  keys: readonly string[],
  load: (keys: readonly string[]) => Promise<Found>,
): Promise<readonly Answered<Found>[]> {
  try {
    return [{ keys, found: await load(keys), error: null }]
  } catch (error) {
    if (!(error instanceof SourceRequired)) throw error
    const groups = [...Map.groupBy(keys, error.nameOf).values()]
    if (groups.length === 1) throw error
    const settled = await Promise.allSettled(groups.map(load))
    return settled.map((each, at) => {
      const of = groups[at] ?? []
      return each.status === 'fulfilled'
        ? { keys: of, found: each.value, error: null }
        : { keys: of, found: null, error: asError(each.reason) }
    })
  }
}

const asError = (reason: unknown): Error =>
  reason instanceof Error ? reason : new Error(String(reason))

type Load<Row> = (keys: readonly string[]) => Promise<readonly Row[]>

/** At most one row per key; null when there is none. */
export const oneByKey = <Row>(
  load: Load<Row>,
  keyOf: (row: Row) => string,
): DataLoader<string, Row | null> =>
  new DataLoader<string, Row | null>(async (keys) => {
    const rows = new Map<string, Row | Error>()
    for (const { keys: of, found, error } of await eachSource(keys, load)) {
      for (const row of found ?? []) rows.set(keyOf(row), row)
      if (error !== null) for (const key of of) rows.set(key, error)
    }
    return keys.map((key) => rows.get(key) ?? null)
  }, options)

/** All rows of a key, in the order of the statement; an empty list when there are none. */
export const manyByKey = <Row>(
  load: Load<Row>,
  keyOf: (row: Row) => string,
): DataLoader<string, readonly Row[]> =>
  new DataLoader<string, readonly Row[]>(async (keys) => {
    const rows = new Map<string, readonly Row[] | Error>()
    for (const { keys: of, found, error } of await eachSource(keys, load)) {
      for (const [key, all] of Map.groupBy(found ?? [], keyOf)) rows.set(key, all)
      if (error !== null) for (const key of of) rows.set(key, error)
    }
    return keys.map((key) => rows.get(key) ?? [])
  }, options)

/**
 * One loader per distinct arguments, for child lists that take arguments:
 * `const orders = byArguments((args: Args) => manyByKey(…))`, then `orders(args).load(key)`.
 */
export function byArguments<Args, Loader>(make: (args: Args) => Loader): (args: Args) => Loader {
  const made = new Map<string, Loader>()
  // All parents of a field share its arguments, so that most calls need no text.
  let [lastArgs, lastLoader]: [Args?, Loader?] = []
  return (args) => {
    if (args === lastArgs && lastLoader !== undefined) return lastLoader
    const text = JSON.stringify(args)
    const loader = made.get(text) ?? make(args)
    made.set(text, loader)
    ;[lastArgs, lastLoader] = [args, loader]
    return loader
  }
}
