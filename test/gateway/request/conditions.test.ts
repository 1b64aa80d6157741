/** `@skip` and `@include` are decided: what is left is what was asked. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parse, print, stripIgnoredCharacters } from 'graphql'
import { decide, decidingVariables, hiddenField } from '../../../gateway/request/conditions.ts'

const decided = (text: string, values: Readonly<Record<string, unknown>> = {}) =>
  stripIgnoredCharacters(print(decide(parse(text), values)))

const hidden = `{${hiddenField}:__typename}`

describe('conditions', () => {
  for (const [what, text, values, left] of [
    ['are decided by what is written', '{ a @skip(if: true) b @include(if: true) }', {}, '{b}'],
    [
      'are decided by variables',
      '{ a @skip(if: $s) b @include(if: $i) }',
      { s: true, i: true },
      '{b}',
    ],
    [
      'and by the other values of them',
      '{ a @skip(if: $s) b @include(if: $i) }',
      { s: false, i: false },
      '{a}',
    ],
    ['without a value hold for nothing', '{ a @skip(if: $s) b @include(if: $i) }', {}, '{a}'],
    [
      'both have to let it pass',
      '{ a @skip(if: true) @include(if: true) b @skip(if: false) @include(if: false) c @skip(if: false) @include(if: true) }',
      {},
      '{c}',
    ],
    [
      'hold for fragments',
      '{ a ...F @skip(if: true) ...G @include(if: true) ... @skip(if: true) { b } ... @skip(if: false) { c } } fragment F on Q { d } fragment G on Q { e @skip(if: true) f }',
      {},
      '{a ...G ...{c}}fragment F on Q{d}fragment G on Q{f}',
    ],
    [
      'leave other directives',
      '{ a @x(if: false) @include(if: true) @y }',
      {},
      '{a@x(if:false)@y}',
    ],
    ['that leave nothing leave a field that nobody sees', '{ a @skip(if: true) }', {}, hidden],
    [
      'that leave nothing below leave the object',
      '{ a { b @skip(if: true) ... { c @skip(if: true) } } }',
      {},
      `{a{...${hidden}}}`,
    ],
  ] as const) {
    it(what, () => assert.equal(decided(text, values), left))
  }

  it('depend on their variables, each told once, and on no others', () => {
    const text =
      'query ($a: Boolean!, $b: Boolean!, $c: Boolean!) { x(y: $c) @skip(if: $a) z @other(if: $c) ...F } fragment F on Q { y @include(if: $b) @skip(if: $a) v @skip(if: true) }'
    assert.deepEqual(decidingVariables(parse(text)), ['a', 'b'])
  })
})
