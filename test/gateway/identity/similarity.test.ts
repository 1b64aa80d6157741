/** Edit distance with exchanged neighbours, held against a plain definition of it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assert as holds, constantFrom, property, string } from 'fast-check'
import { addressSimilarity, textSimilarity } from '../../../gateway/identity/similarity.ts'
import { comparableAddress } from '../../../gateway/identity/prepare.ts'

/** The definition, without any table: right and slow. */
function distance(one: string, other: string): number {
  if (one === '' || other === '') return one.length + other.length
  const [a, b] = [one.slice(0, -1), other.slice(0, -1)]
  const isExchanged =
    one.length > 1 && other.length > 1 && one.at(-1) === other.at(-2) && one.at(-2) === other.at(-1)
  return Math.min(
    distance(a, other) + 1,
    distance(one, b) + 1,
    distance(a, b) + (one.at(-1) === other.at(-1) ? 0 : 1),
    isExchanged ? distance(one.slice(0, -2), other.slice(0, -2)) + 1 : Infinity,
  )
}

describe('the similarity of texts', () => {
  it('counts added, missing, changed and exchanged letters once', () => {
    assert.equal(textSimilarity('harbour', 'harbour'), 1)
    assert.equal(textSimilarity('harbour', 'hrabour'), 1 - 1 / 7)
    assert.equal(textSimilarity('harbour', 'harbor'), 1 - 1 / 7)
    assert.equal(textSimilarity('港湾', '海湾'), 0.5)
    assert.equal(textSimilarity('', ''), 1)
    assert.equal(textSimilarity('', 'ab'), 0)
  })

  it('is what the definition says', () => {
    const word = string({ unit: constantFrom('a', 'b', 'c'), maxLength: 6 })
    holds(
      property(word, word, (one, other) => {
        const longest = Math.max(one.length, other.length)
        const expected = longest === 0 ? 1 : 1 - distance(one, other) / longest
        assert.equal(textSimilarity(one, other), expected)
      }),
    )
  })
})

describe('the similarity of addresses', () => {
  const address = (line: string, postalCode: string | null = '106') =>
    comparableAddress({ line, city: null, postalCode })

  it('falls with every part that differs', () => {
    const home = address('12 Minsheng Road 民生路')
    assert.equal(addressSimilarity(home, address('12 Minsheng Rd 民生路')), 1)
    assert.equal(addressSimilarity(home, address('14 Minsheng Rd 民生路')), 2 / 3)
    assert.equal(addressSimilarity(home, address('14 Minsheng Rd 民生路', '107')), 1 / 3)
  })

  it('does not fall with what one of them has not noted', () => {
    const home = comparableAddress({ line: '12 Minsheng Road', city: 'Taipei', postalCode: '106' })
    for (const missing of [{ city: null }, { postalCode: null }, { line: null }]) {
      const less = { line: '12 Minsheng Road', city: 'Taipei', postalCode: '106', ...missing }
      assert.equal(addressSimilarity(home, comparableAddress(less)), 1)
    }
  })

  it('is unknown where nothing can be compared', () => {
    assert.equal(addressSimilarity(address('Minsheng', null), address('民生路', null)), null)
  })
})
