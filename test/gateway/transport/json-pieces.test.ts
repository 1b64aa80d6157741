/** Large values as JSON in pieces: the same text as in one. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { GraphQLError } from 'graphql'
import { estimatedLength, jsonPieces } from '../../../gateway/transport/json-pieces.ts'

const same = (value: unknown): void => {
  const pieces = [...jsonPieces(value)]
  assert.ok(pieces.join('') === JSON.stringify(value), 'another text')
}

/** Long enough that what holds some of them is written in pieces. */
const longText = fc
  .tuple(fc.string({ unit: 'binary' }), fc.integer({ min: 0, max: 30_000 }))
  .map(([text, length]) => `${text}${'ü"\n\ud83d'.repeat(length / 4)}${text}`)

const leaf = fc.oneof(
  fc.constantFrom(null, undefined, true, false, NaN, Infinity, -0, 1e21, () => 1, Symbol('s')),
  fc.constantFrom(new Date(0), new Map([[1, 1]]), Object(1) as unknown, new GraphQLError('e')),
  fc.double(),
  longText,
)

const name = fc.oneof(fc.constantFrom('__proto__', 'toJSON', '1', '', 'a"b\u2028'), fc.string())

const { value: anything } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 8 }),
    fc.dictionary(name, tie('value'), { maxKeys: 5 }), // with and without a prototype
  ),
}))

describe('JSON in pieces', () => {
  it('is what JSON.stringify makes of any value', () => {
    let inPieces = 0
    fc.assert(
      fc.property(fc.array(anything, { minLength: 1, maxLength: 8 }), (list) => {
        if ([...jsonPieces(list)].length > 1) inPieces += 1
        same(list)
        same({ data: list, list, extensions: undefined })
      }),
      { numRuns: 40 },
    )
    assert.ok(inPieces > 5, `only ${inPieces} were long enough`)
  })

  it('keeps the order of names, names of prototypes, and leaves out what JSON leaves out', () => {
    const large = 'x'.repeat(100_000)
    const own = JSON.parse(`{"__proto__":{"b":"${large}"},"2":1,"1":2}`) as object
    const bare = Object.assign(Object.create(null) as object, { z: large, constructor: 1, a: [] })
    same({ own, bare, undefined, f: () => large, list: [undefined, () => 1, {}, [[]], large] })
    same(Object.assign([large], { toJSON: () => 'itself' }))
    class Inherited {
      readonly own = large
    }
    Object.defineProperty(Inherited.prototype, 'not', { value: 'own', enumerable: true })
    same([new Inherited(), Object.create({ inherited: large })])
    // oxlint-disable-next-line no-sparse-arrays -- a hole is a null
    same([large, , large])
  })

  it('no piece is much longer than the largest value that cannot be divided', () => {
    const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, text: 'x'.repeat(id % 500) }))
    const pieces = [...jsonPieces({ data: { rows } })]
    assert.ok(pieces.length > 40)
    assert.ok(Math.max(...pieces.map(({ length }) => length)) < 140_000)
  })

  it('makes no further piece than is asked for', () => {
    let read = 0
    const row = {
      get text() {
        read += 1
        return 'x'.repeat(1_000)
      },
    }
    const pieces = jsonPieces(Array.from({ length: 10_000 }, () => row))
    pieces.next()
    pieces.next()
    assert.ok(read < 1_000, String(read))
  })
})

describe('the estimated length', () => {
  it('is near the true one for rows that are alike', () => {
    const rows = Array.from({ length: 5_000 }, (_, id) => ({
      id,
      name: 'n'.repeat(40),
      tags: ['a'],
    }))
    const answer = { data: { rows, none: null } }
    const ratio = estimatedLength(answer) / JSON.stringify(answer).length
    assert.ok(ratio > 0.8 && ratio < 1.2, String(ratio))
  })

  it('looks at few rows, however many there are', () => {
    let read = 0
    const row = {
      get text() {
        read += 1
        return 'x'
      },
    }
    estimatedLength({ data: { rows: Array.from({ length: 100_000 }, () => row) } })
    assert.ok(read <= 3, String(read))
  })
})
