/**
 * JSON of a large value in pieces, which together are what `JSON.stringify` makes of it: no string of
 * the whole is ever there, and whoever takes the pieces can do something else between them.
 */

/** What a piece has at least, in characters, except the last one. */
const pieceLength = 64 * 1024

/**
 * About how long the JSON of a value is, from a few items of each list: it costs little even where the
 * lists are long, and may be wrong where their items differ much.
 */
export function estimatedLength(value: unknown): number {
  if (typeof value === 'string') return value.length + 2
  if (typeof value !== 'object' || value === null) return 5
  if (Array.isArray(value)) {
    const last = value.length - 1
    if (last < 3) return value.reduce<number>((sum, item) => sum + estimatedLength(item) + 1, 2)
    const sampled = [value[0], value[last >> 1], value[last]] as const
    const sum = sampled.reduce<number>((before, item) => before + estimatedLength(item), 0)
    return value.length * (sum / sampled.length + 1)
  }
  const members = value as Readonly<Record<string, unknown>>
  let length = 2
  for (const name in members) length += name.length + 4 + estimatedLength(members[name])
  return length
}

/** A value that JSON has, or that it makes something of by itself. */
export function* jsonPieces(value: unknown): Generator<string, void> {
  let piece = ''
  for (const part of partsOf(value)) {
    piece += part
    if (piece.length < pieceLength) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}

function* partsOf(value: unknown): Generator<string, void> {
  if (!isOpened(value)) {
    yield JSON.stringify(value)
    return
  }
  if (Array.isArray(value)) {
    let before = '['
    for (const item of value as readonly unknown[]) {
      yield before
      before = ','
      if (isWritten(item)) yield* partsOf(item)
      else yield 'null'
    }
    yield before === '[' ? '[]' : ']'
    return
  }
  let before = '{'
  for (const name of Object.keys(value)) {
    const member = value[name]
    if (!isWritten(member)) continue
    yield `${before}${JSON.stringify(name)}:`
    before = ','
    yield* partsOf(member)
  }
  yield before === '{' ? '{}' : '}'
}

const isWritten = (value: unknown): boolean =>
  value !== undefined && typeof value !== 'function' && typeof value !== 'symbol'

type Opened = Readonly<Record<string, unknown>>

/** Whether it is a list or a plain object, and too large to be written in one go. */
const isOpened = (value: unknown): value is Opened =>
  isPlain(value) && isLongerThan(value, pieceLength)

function isPlain(value: unknown): value is Opened {
  if (typeof value !== 'object' || value === null) return false
  // What says itself what it is written as is left to JSON.stringify.
  if ('toJSON' in value && typeof value.toJSON === 'function') return false
  if (Array.isArray(value)) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Walks only as far as it needs to. */
const isLongerThan = (value: unknown, limit: number): boolean => lengthUpTo(value, limit) > limit

function lengthUpTo(value: unknown, limit: number): number {
  if (typeof value === 'string') return value.length + 2
  if (!isPlain(value)) return 5
  let length = 2
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) {
      length += 1 + lengthUpTo(item, limit - length)
      if (length > limit) return length
    }
    return length
  }
  for (const name in value) {
    length += name.length + 4 + lengthUpTo(value[name], limit - length)
    if (length > limit) return length
  }
  return length
}
