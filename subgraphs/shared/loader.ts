/**
 * DataLoaders as every subgraph makes them: per request, one statement for all keys of one tick,
 * answers in key order. Their memory holds one caller's rights, so none may outlive its request.
 */
import DataLoader from 'dataloader'
import { maxListValues } from './limits.ts'

const options = { maxBatchSize: maxListValues }

/** At most one row per key; null when there is none. */
export const oneByKey = <Row>(
  load: (keys: readonly string[]) => Promise<readonly Row[]>,
  keyOf: (row: Row) => string,
): DataLoader<string, Row | null> =>
  new DataLoader<string, Row | null>(async (keys) => {
    const found = new Map((await load(keys)).map((row) => [keyOf(row), row]))
    return keys.map((key) => found.get(key) ?? null)
  }, options)

/** All rows of a key, in the order of the statement; an empty list when there are none. */
export const manyByKey = <Row>(
  load: (keys: readonly string[]) => Promise<readonly Row[]>,
  keyOf: (row: Row) => string,
): DataLoader<string, readonly Row[]> =>
  new DataLoader<string, readonly Row[]>(async (keys) => {
    const found = Map.groupBy(await load(keys), keyOf)
    return keys.map((key) => found.get(key) ?? [])
  }, options)

/** Several parts as one loader key: `keyText('SO-1', 3)` → `["SO-1",3]`. */
export const keyText = (...parts: readonly (string | number)[]): string => JSON.stringify(parts)

/** The parts that `keyText` joined. */
export function keyParts(key: string): readonly (string | number)[] {
  const parts: unknown = JSON.parse(key)
  return parts as readonly (string | number)[] // written by keyText only
}

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
