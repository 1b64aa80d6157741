/** What a token looks like, and lists of addresses. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { addressList, addressProblem } from '../../../gateway/tokens/addresses.ts'
import { isWellFormed, newToken, tokenPattern } from '../../../gateway/tokens/format.ts'
import { repository } from '../../support/cli.ts'

describe('an issued token', () => {
  it('has a beginning that scanners know, 30 random characters and a checksum', () => {
    const tokens = Array.from({ length: 200 }, () => newToken('live'))
    for (const token of tokens) {
      assert.match(token, /^isthmus_live_[0-9A-Za-z]{36}$/)
      assert.ok(isWellFormed(token, 'live'))
      assert.equal(tokenPattern.exec(`TOKEN="${token}",`)?.[0], token)
    }
    assert.equal(new Set(tokens).size, 200)
    assert.ok(30 * Math.log2(62) >= 178)
    // Each character is drawn from all 62: of 6,000 draws no one misses any.
    assert.equal(new Set(tokens.flatMap((token) => token.slice(13, 43).split(''))).size, 62)
  })

  it('with a typo anywhere, or of another environment, is none', () => {
    const token = newToken('live')
    for (let at = 0; at < token.length; at += 1) {
      const typo = token.slice(0, at) + (token[at] === 'x' ? 'y' : 'x') + token.slice(at + 1)
      assert.ok(!isWellFormed(typo, 'live'), typo)
    }
    for (const wrong of [token.slice(0, -1), `${token}0`, ` ${token}`, `${token}\n`, '']) {
      assert.ok(!isWellFormed(wrong, 'live'), wrong)
    }
    assert.ok(!isWellFormed(newToken('demo'), 'live'))
    assert.ok(!isWellFormed(token.replace('_live_', '_demo_'), 'demo'))
  })

  it('is described to scanners as it is', () => {
    const document = readFileSync(join(repository, 'docs/tokens.md'), 'utf8')
    assert.ok(document.includes(`\`${tokenPattern.source}\``))
  })
})

describe('a list of addresses', () => {
  it('has addresses and ranges of both families', () => {
    const has = addressList(['192.0.2.7', '10.0.0.0/8', '2001:db8::/32'])
    for (const address of ['192.0.2.7', '10.9.8.7', '::ffff:10.1.1.1', '2001:db8:1::1'])
      assert.ok(has(address), address)
    for (const address of [
      '192.0.2.8',
      '11.0.0.1',
      '::1',
      '2001:db9::1',
      'localhost',
      '',
      undefined,
    ])
      assert.ok(!has(address), address)
  })

  it('says what is no address', () => {
    for (const entry of ['10.0.0.0/8', '::1', '192.0.2.1/32'])
      assert.equal(addressProblem(entry), null)
    for (const entry of [
      '10.0.0/8',
      '10.0.0.0/33',
      '::1/129',
      '10.0.0.1/8/8',
      'a',
      '',
      '10.0.0.0/',
    ])
      assert.match(addressProblem(entry) ?? '', /no address/, entry)
  })
})
