/** Limits: what files may say, what documents and variables weigh, and the docs that list them. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { parse } from 'graphql'
import { AppError } from '#shared/errors.ts'
import { checkDocument, measureDocument } from '../../../gateway/limits/document.ts'
import { defaultLimits, limitNames, limitRules } from '../../../gateway/limits/limits.ts'
import { mergedLimits, readLimits, readPartnerLimits } from '../../../gateway/limits/read.ts'
import { checkVariables } from '../../../gateway/limits/variables.ts'

const { employee, partner } = defaultLimits

describe('limits in files', () => {
  it('are the defaults where nothing is said, and each value is taken', () => {
    const problems: string[] = []
    const read = readLimits({ employee: { depth: 7 }, store: 'redis://h:1' }, problems)
    assert.deepEqual(problems, [])
    assert.deepEqual(read, {
      employee: { ...employee, depth: 7 },
      partner,
      store: 'redis://h:1',
    })
  })

  it('tell every problem at once, and never the address of the store', () => {
    const problems: string[] = []
    readLimits(
      {
        staff: {},
        store: 'http://user:geheim@h',
        employee: { depth: 0, width: 3, cost: 20, costPerMinute: 10 },
        partner: { aliases: '5' },
      },
      problems,
    )
    assert.equal(problems.length, 6)
    for (const [at, expected] of [
      /"staff" is not known/,
      /limits\.employee\.depth: 0 is not a whole number from 1 to 100/,
      /limits\.employee: there is no limit "width"/,
      /limits\.employee: cost \(20\) is more than costPerMinute \(10\)/,
      /limits\.partner\.aliases: "5" is not a whole number/,
      /limits\.store: expected an address/,
    ].entries())
      assert.match(problems[at] ?? '', expected)
    assert.doesNotMatch(problems.join(), /geheim/)
  })

  it('of one partner stand over those of all', () => {
    const problems: string[] = []
    const own = readPartnerLimits({ cost: 5, depht: 1 }, 'a.yaml', problems)
    assert.equal(mergedLimits(partner, own, 'a.yaml', problems).cost, 5)
    assert.match(problems.join(), /a\.yaml: limits: there is no limit "depht"/)
  })

  it('are in docs/limits.md, each with its defaults and its code', () => {
    const docs = readFileSync(join(import.meta.dirname, '../../../docs/limits.md'), 'utf8')
    const rows = new Map(
      [
        ...docs.matchAll(
          /^\| `(\w+)`\s*\|\s*([\d,]+)\s*\|\s*([\d,]+)\s*\|\s*(?:`(\w+)`|none)\s*\|/gm,
        ),
      ].map(([, name, staff, others, code]) => [name, [staff, others, code ?? null]]),
    )
    const written = (value: number) => value.toLocaleString('en')
    for (const name of limitNames) {
      const rule = limitRules[name]
      assert.deepEqual(
        rows.get(name),
        [written(rule.employee), written(rule.partner), rule.code],
        name,
      )
    }
    assert.equal(rows.size, limitNames.length)
  })
})

const weigh = (text: string) => measureDocument(parse(text), { tokens: 1, nesting: 1 })

describe('a document', () => {
  it('is measured by operations, with fragments each time they are used', () => {
    const size = weigh(`
      query A { a { ...F } b: c { d @skip(if: true) ...F } __schema { types { name } } }
      fragment F on T { x { y } z: w(in: [1, 2, 3], or: [{ a: 1 }, { a: 2 }]) }`)
    assert.deepEqual(size, {
      ...{ depth: 3, aliases: 3, rootFields: 3, selections: 12, introspections: 1 },
      ...{ directives: 1, fragments: 1, listItems: 3, filterTerms: 2, tokens: 1, nesting: 1 },
    })
  })

  it('with a bomb of fragments is measured, not exploded', () => {
    const bomb = Array.from(
      { length: 60 },
      (_, at) => `fragment F${at} on T { ${at === 59 ? 'x' : `...F${at + 1} ...F${at + 1}`} }`,
    )
    assert.ok(weigh(`{ a { ...F0 } } ${bomb.join(' ')}`).selections > 2 ** 58)
  })

  it('with a circle of fragments is measured', () => {
    assert.equal(
      weigh('{ ...A } fragment A on T { a { ...B } } fragment B on T { b { ...A } }').depth,
      2,
    )
  })

  const cases = {
    MAX_DEPTH_LIMIT: `{ ${'a { '.repeat(25)} b ${'} '.repeat(25)} }`,
    MAX_ALIASES_LIMIT: `{ a { ${Array.from({ length: 51 }, (_, at) => `x${at}: y`).join(' ')} } }`,
    MAX_ROOT_FIELDS_LIMIT: `{ ${'a '.repeat(21)} }`,
    MAX_DIRECTIVES_LIMIT: `{ a ${'@b '.repeat(51)} }`,
    MAX_FRAGMENTS_LIMIT: `{ a } ${Array.from({ length: 51 }, (_, at) => `fragment F${at} on T { a }`).join(' ')}`,
    MAX_SELECTIONS_LIMIT: `{ a { ${'b '.repeat(2_000)} } }`,
    MAX_INTROSPECTIONS_LIMIT: '{ __schema { x } a: __schema { x } b: __type(name: "A") { x } }',
    MAX_LIST_ITEMS_LIMIT: `{ a(in: [${'1,'.repeat(10_001)}]) }`,
    MAX_FILTER_TERMS_LIMIT: `{ a(or: [${'{b:1},'.repeat(201)}]) }`,
  }
  for (const [code, text] of Object.entries(cases)) {
    it(`beyond a limit is ${code}`, () => {
      assert.throws(
        () => checkDocument(weigh(text), employee),
        (error) => error instanceof AppError && error.code === code,
      )
    })
  }
})

describe('variables', () => {
  let deep: unknown = 1
  for (let at = 0; at < 100_000; at += 1) deep = [deep]
  const cases: readonly (readonly [code: string, variables: Readonly<Record<string, unknown>>])[] =
    [
      ['MAX_VARIABLES_LIMIT', { a: 'x'.repeat(500_001) }],
      ['MAX_VARIABLES_LIMIT', { a: deep }],
      ['MAX_LIST_ITEMS_LIMIT', { a: { in: Array.from({ length: 10_001 }, () => 1) } }],
      ['MAX_FILTER_TERMS_LIMIT', { a: { or: Array.from({ length: 201 }, () => ({})) } }],
    ]
  for (const [code, variables] of cases) {
    it(`beyond a limit are ${code}`, () => {
      assert.throws(
        () => checkVariables(variables, employee),
        (error) => error instanceof AppError && error.code === code,
      )
    })
  }
})
