/**
 * Judges an answer against the right one. While every subgraph answers, both must be the same, names
 * in the same order. When one fails, each place is the same or null, where null may stand and an error
 * path explains it.
 */
import { isListType, isNonNullType, type ExecutionResult, type GraphQLOutputType } from 'graphql'
import { pathKey, type Truth } from './one-schema.ts'

type Path = readonly (string | number)[]

/** How an answer is wrong; null when it is right. */
export interface Fault {
  readonly kind:
    | 'VALUE'
    | 'ORDER'
    | 'NAMES'
    | 'SILENT_NULL'
    | 'NULL_FOR_NON_NULL'
    | 'NULL_TOO_HIGH'
    | 'ERROR_WITHOUT_FAILURE'
    | 'ERROR_WITHOUT_PATH'
    | 'CRASH'
    | 'COMPLAINT'
  readonly at: Path
  readonly detail: string
}

const brief = (value: unknown): string => (JSON.stringify(value) ?? 'undefined').slice(0, 200)

/** All subgraphs answered: the same data and no error. */
export function differsFrom({ answer }: Truth, given: ExecutionResult): Fault | null {
  const fault = difference(given.data ?? null, answer.data ?? null, [])
  if (given.errors !== undefined && given.errors.length > 0) {
    const [error] = given.errors
    const detail = `${error?.message ?? ''} ${brief(error?.extensions)}`
    return { kind: 'ERROR_WITHOUT_FAILURE', at: error?.path ?? [], detail }
  }
  return fault
}

function difference(given: unknown, right: unknown, at: Path): Fault | null {
  if (given === null && right !== null) {
    return { kind: 'SILENT_NULL', at, detail: `null instead of ${brief(right)}` }
  }
  if (Array.isArray(right) && Array.isArray(given) && right.length === given.length) {
    return firstOf(right.keys(), (index) => difference(given[index], right[index], [...at, index]))
  }
  if (isObject(right) && isObject(given)) {
    return (
      namesDiffer(given, right, at) ??
      firstOf(Object.keys(right), (name) => difference(given[name], right[name], [...at, name])) ??
      orderDiffers(given, right, at)
    )
  }
  return given === right
    ? null
    : { kind: 'VALUE', at, detail: `${brief(given)} instead of ${brief(right)}` }
}

/** One subgraph failed: the same, or a well-formed part of it. */
export function isNoPartOf({ answer, types }: Truth, given: ExecutionResult): Fault | null {
  const errors = given.errors ?? []
  const paths = errors.flatMap(({ path }) => (path === undefined ? [] : [path]))
  const pathless = errors.find(({ path }) => path === undefined)
  if (pathless !== undefined) {
    return { kind: 'ERROR_WITHOUT_PATH', at: [], detail: pathless.message }
  }
  const isCut = errors.some(({ message }) => message.includes('more errors like these'))

  const nulled = (type: GraphQLOutputType | null, at: Path, right: unknown): Fault | null => {
    if (type !== null && isNonNullType(type)) {
      return { kind: 'NULL_FOR_NON_NULL', at, detail: String(type) }
    }
    if (isCut) return null
    const above = paths.some((path) => isPrefix(path, at))
    const below = paths.filter((path) => path.length > at.length && isPrefix(at, path))
    if (above || below.some((path) => bubbles(path, at))) return null
    return below.length > 0
      ? { kind: 'NULL_TOO_HIGH', at, detail: `an error at ${brief(below[0])} is no reason` }
      : { kind: 'SILENT_NULL', at, detail: `null instead of ${brief(right)}` }
  }
  /** Whether a null at the end of the path has to rise to `at`. */
  const bubbles = (path: Path, at: Path): boolean => {
    for (let length = path.length; length > at.length; length -= 1) {
      const type = typeAt(types, path.slice(0, length))
      if (type !== null && !isNonNullType(type)) return false
    }
    return true
  }
  const walk = (
    part: unknown,
    right: unknown,
    type: GraphQLOutputType | null,
    at: Path,
  ): Fault | null => {
    if (part === null) return right === null ? null : nulled(type, at, right)
    if (Array.isArray(right) && Array.isArray(part) && right.length === part.length) {
      const inner = type === null ? null : itemType(type)
      return firstOf(right.keys(), (index) =>
        walk(part[index], right[index], inner, [...at, index]),
      )
    }
    if (isObject(right) && isObject(part)) {
      return (
        namesDiffer(part, right, at) ??
        firstOf(Object.keys(right), (name) => {
          const path = [...at, name]
          return walk(part[name], right[name], types.get(pathKey(path)) ?? null, path)
        }) ??
        orderDiffers(part, right, at)
      )
    }
    return part === right
      ? null
      : { kind: 'VALUE', at, detail: `${brief(part)} instead of ${brief(right)}` }
  }
  return walk(given.data ?? null, answer.data ?? null, null, [])
}

/** The type at a path, whose end may be an item of a list; null when the answer has no such place. */
function typeAt(types: Truth['types'], path: Path): GraphQLOutputType | null {
  const items = path.toReversed().findIndex((part) => typeof part === 'string')
  if (items < 0) return null
  let type = types.get(pathKey(path.slice(0, path.length - items))) ?? null
  for (let depth = 0; depth < items && type !== null; depth += 1) type = itemType(type)
  return type
}

function itemType(type: GraphQLOutputType): GraphQLOutputType | null {
  const inner: GraphQLOutputType = isNonNullType(type) ? type.ofType : type
  return isListType(inner) ? inner.ofType : null
}

const isPrefix = (short: Path, long: Path): boolean =>
  short.length <= long.length && short.every((part, index) => part === long[index])

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function namesDiffer(given: object, right: object, at: Path): Fault | null {
  const names = [Object.keys(given), Object.keys(right)].map((each) => each.toSorted().join(' '))
  return names[0] === names[1]
    ? null
    : { kind: 'NAMES', at, detail: `{${names[0] ?? ''}} instead of {${names[1] ?? ''}}` }
}

function orderDiffers(given: object, right: object, at: Path): Fault | null {
  const names = [Object.keys(given), Object.keys(right)].map((each) => each.join(' '))
  return names[0] === names[1]
    ? null
    : { kind: 'ORDER', at, detail: `{${names[0] ?? ''}} instead of {${names[1] ?? ''}}` }
}

function firstOf<Item>(items: Iterable<Item>, judge: (item: Item) => Fault | null): Fault | null {
  for (const item of items) {
    const fault = judge(item)
    if (fault !== null) return fault
  }
  return null
}
