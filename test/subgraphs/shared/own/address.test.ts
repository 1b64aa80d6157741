/** Where a database of Isthmus's own is: what configuration may say, and what is wrong with it. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { readOwnAddress } from '#shared/own/address.ts'

describe('the address of a database of our own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-address-'))
  writeFileSync(join(folder, 'ca.pem'), 'a certificate')
  after(() => rmSync(folder, { recursive: true }))

  const read = (value: unknown) => {
    const problems: string[] = []
    const address = readOwnAddress({ name: 'crosswalk', value, folder }, problems)
    return { address, problems }
  }
  const elsewhere = 'postgresql://isthmus:secret@db.example.com/isthmus'

  it('is one of PostgreSQL, with a certificate where its server is elsewhere', () => {
    const here = 'postgresql://isthmus:secret@127.0.0.1:5432/isthmus'
    assert.deepEqual(read(here), {
      address: { kind: 'postgresql', url: here, tls: undefined },
      problems: [],
    })
    assert.deepEqual(read({ url: elsewhere, tls: { ca: 'ca.pem' } }), {
      address: {
        kind: 'postgresql',
        url: elsewhere,
        tls: { ca: 'a certificate', rejectUnauthorized: undefined },
      },
      problems: [],
    })
    assert.deepEqual(read({ url: elsewhere, tls: {} }).problems, [])
  })

  it('keeps what its settings are called where they have names of their own', () => {
    const settings = { url: 'X_URL', tls: 'X_CA' }
    const problems: string[] = []
    const given = (value: unknown) => ({ name: settings.url, settings, value, folder })
    const named = readOwnAddress(given({ url: elsewhere, tls: { ca: 'ca.pem' } }), problems)
    assert.deepEqual([named?.settings, problems], [settings, []])
    readOwnAddress(given(elsewhere), problems)
    readOwnAddress(given({ url: elsewhere, tls: { ca: 'no.pem' } }), problems)
    assert.match(problems.join('\n'), /^X_URL: X_CA is needed .*\nX_CA: there is no file/)
  })

  const mistakes: readonly (readonly [string, unknown, RegExp])[] = [
    ['nothing, as a variable that is not set', undefined, /^crosswalk: expected an address/],
    ['no address', 'somewhere', /is no address/],
    ['another kind', 'mysql://root:secret@127.0.0.1/isthmus', /is of another kind/],
    ['a server elsewhere without encryption', elsewhere, /^crosswalk: tls is needed/],
    ['an unknown key', { url: elsewhere, tls: {}, pool: 3 }, /^crosswalk: "pool" is not known$/],
    ['a file that is not there', { url: elsewhere, tls: { ca: 'no.pem' } }, /^crosswalk\.tls\.ca/],
    ['a wrong tls', { url: elsewhere, tls: 'yes' }, /^crosswalk\.tls: expected ca/],
  ]
  for (const [what, value, expected] of mistakes) {
    it(`tells ${what}, and never the password`, () => {
      const { problems } = read(value)
      assert.equal(problems.length, 1, problems.join('\n'))
      assert.match(problems.join(), expected)
      assert.doesNotMatch(problems.join(), /secret/)
    })
  }
})
