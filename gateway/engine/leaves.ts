/** What a leaf of the answer may be (GraphQL spec, 3.5 and 3.9). */
import {
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  type GraphQLEnumType,
  type GraphQLOutputType,
  type GraphQLScalarType,
} from 'graphql'

/** Whether a value is one of a leaf type, in lists or not; null is looked at elsewhere. */
export function fits(type: GraphQLOutputType): (value: unknown) => boolean {
  if (isNonNullType(type)) return fits(type.ofType)
  if (isListType(type)) {
    const item = fits(type.ofType)
    return (value) => value === null || (Array.isArray(value) && value.every(item))
  }
  if (!isLeafType(type)) return () => true
  const check = leafCheck(type)
  return (value) => value === null || check(value) !== undefined
}

/** The value as the client gets it, or undefined when it is none of that type. */
export type LeafCheck = (value: unknown) => unknown

/** One for each type: thousands of programs are kept, and their fields have the same few types. */
export function leafCheck(type: GraphQLScalarType | GraphQLEnumType): LeafCheck {
  const known = checksOfTypes.get(type)
  if (known !== undefined) return known
  const made = isEnumType(type) ? enumCheck(type) : (checks.get(type.name) ?? carriedCheck)
  checksOfTypes.set(type, made)
  return made
}

const checksOfTypes = new WeakMap<GraphQLScalarType | GraphQLEnumType, LeafCheck>()

function enumCheck(type: GraphQLEnumType): LeafCheck {
  const names = new Set(type.getValues().map(({ name }) => name))
  return (value) => (typeof value === 'string' && names.has(value) ? value : undefined)
}

const carriedCheck: LeafCheck = (value) => (isCarried(value, maxNesting) ? value : undefined)

/** Levels of a value of a scalar of their own; what nests deeper could not be written as JSON. */
const maxNesting = 200

/** Of a scalar of their own the system knows best what it may be, as long as JSON carries it. */
function isCarried(value: unknown, levels: number): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((inner) => isCarried(inner, levels - 1))
}

const maxInt = 2 ** 31

const checks: ReadonlyMap<string, LeafCheck> = new Map<string, LeafCheck>([
  ['String', (value) => (typeof value === 'string' ? value : undefined)],
  [
    'ID',
    (value) => {
      if (typeof value === 'string') return value
      return Number.isInteger(value) ? String(value) : undefined
    },
  ],
  ['Boolean', (value) => (typeof value === 'boolean' ? value : undefined)],
  [
    'Int',
    (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= -maxInt && value < maxInt
        ? value
        : undefined,
  ],
  ['Float', (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined)],
])
