/** What is a parameter in a mapping, and what only looks like one. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SourceKind } from '#shared/sources/connection.ts'
import { scanMapping } from '#shared/sources/mapping-text.ts'

const all: readonly SourceKind[] = ['sqlite', 'postgresql', 'mysql']
const named = (text: string, kind: SourceKind) => {
  const { parameters, problems } = scanMapping(text, kind)
  assert.deepEqual(problems, [], text)
  return parameters.map(({ name }) => name).join(' ')
}
const joined = (text: string, kind: SourceKind = 'sqlite') =>
  scanMapping(text, kind).fragments.join('<>')

describe('the parameters of a mapping', () => {
  const texts: readonly [text: string, parameters: string, kinds: readonly SourceKind[]][] = [
    ['SELECT :a, :b FROM t WHERE x=:a', 'a b a', all],
    ["SELECT ':a', 'it''s :a', :b", 'b', all],
    ["SELECT 'a\\' :a', :b", 'b', ['mysql']],
    ["SELECT 'a\\', :b", 'b', ['sqlite', 'postgresql']],
    ["SELECT E'a\\' :a', :b", 'b', ['postgresql']],
    ["SELECT one'a\\', :b", 'b', ['postgresql']],
    ['SELECT ":a", "x"":a", :b', 'b', ['sqlite', 'postgresql']],
    ['SELECT "a\\" :a", `:a`, :b', 'b', ['mysql']],
    ['SELECT [:a], `:a`, :b', 'b', ['sqlite']],
    ['SELECT x[1:2], a::text, b ::int, :b', 'b', ['postgresql']],
    ['SELECT :a -- :b\n, :c /* :d */ # ?\n', 'a c', ['mysql']],
    ['SELECT 5--3\n, :b', 'b', ['mysql']],
    ['SELECT /* a /* :a */ :a */ :b', 'b', ['postgresql']],
    ['SELECT /* a /* :a */ :b', 'b', ['sqlite', 'mysql']],
    ['SELECT $$ :a $$, $x$ $$ :a $x$, :b', 'b', ['postgresql']],
    ["SELECT doc ? 'a', doc @> '{}', :b", 'b', ['postgresql']],
    ['SELECT a$1, :b', 'b', all],
    ['-- first\n  (SELECT :b)', 'b', all],
    ['WITH x AS (SELECT :a) SELECT * FROM x', 'a', all],
  ]
  for (const [text, parameters, kinds] of texts) {
    for (const kind of kinds) {
      it(`${kind}: ${JSON.stringify(text)}`, () => assert.equal(named(text, kind), parameters))
    }
  }

  it('keeps everything else, but a ";" at the end', () => {
    assert.equal(
      joined('SELECT a\n FROM t WHERE b = :c;\n-- end ; \n'),
      'SELECT a\n FROM t WHERE b = <>',
    )
    assert.equal(joined("SELECT ';' FROM t ; ;"), "SELECT ';' FROM t ")
  })

  it('knows the line of each', () => {
    const { parameters } = scanMapping('SELECT\n:a,\n\n:b', 'sqlite')
    assert.deepEqual(parameters, [
      { name: 'a', line: 2 },
      { name: 'b', line: 4 },
    ])
  })
})

describe('the plain text of a mapping', () => {
  const texts: readonly [text: string, plain: string, kinds: readonly SourceKind[]][] = [
    ["SELECT a -- it's\n, 'x' /* y */, :b;\n-- z", "SELECT a  \n, ''  , ?", all],
    [`SELECT "it's", secret, 'x'`, `SELECT "it's", secret, ''`, all],
    ['SELECT a # not b\n, c', 'SELECT a  \n, c', ['mysql']],
    ['SELECT a # b', 'SELECT a # b', ['postgresql', 'sqlite']],
    ['SELECT $x$ b $x$, a::text', "SELECT '', a::text", ['postgresql']],
    ["SELECT 'a\\' b', c", "SELECT '', c", ['mysql']],
  ]
  for (const [text, plain, kinds] of texts) {
    for (const kind of kinds) {
      it(`${kind}: ${JSON.stringify(text)}`, () =>
        assert.equal(scanMapping(text, kind).plain, plain))
    }
  }
})

describe('a mapping is refused', () => {
  const wrong: readonly [
    text: string,
    line: number,
    message: RegExp,
    kinds: readonly SourceKind[],
  ][] = [
    ['', 1, /no SELECT/, all],
    ['-- nothing\n', 1, /no SELECT/, all],
    ['DELETE FROM t', 1, /begins with SELECT or WITH/, all],
    ['-- x\nPRAGMA writable_schema', 2, /begins with SELECT or WITH/, ['sqlite']],
    ['SELECT 1;\nDELETE FROM t', 2, /nothing follows/, all],
    ["SELECT 'a", 1, /a ' is not closed/, all],
    ['SELECT 1\n/* a', 2, /comment is not closed/, all],
    ['SELECT $a$ b', 1, /\$a\$ is not closed/, ['postgresql']],
    ['SELECT $1', 1, /write :name/, ['postgresql', 'sqlite']],
    ['SELECT ?', 1, /write :name/, ['sqlite', 'mysql']],
    ['SELECT @a', 1, /write :name/, ['sqlite', 'mysql']],
    ['SELECT 1 /*!50000 INTO OUTFILE "x" */', 1, /MySQL would run/, ['mysql']],
    ['SELECT 1 /*M! INTO OUTFILE "x" */', 1, /MySQL would run/, ['mysql']],
  ]
  for (const [text, line, message, kinds] of wrong) {
    for (const kind of kinds) {
      it(`${kind}: ${JSON.stringify(text)}`, () => {
        const [problem] = scanMapping(text, kind).problems
        assert.equal(problem?.line, line)
        assert.match(problem.message, message)
      })
    }
  }
})
