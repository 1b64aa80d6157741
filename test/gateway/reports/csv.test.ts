/** CSV: a byte-order mark, quoting by RFC 4180, and no formulas. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toCsv } from '../../../gateway/reports/csv.ts'

const csvOf = (...values: unknown[]): string =>
  toCsv(
    { rows: 'rows', columns: [{ path: 'value', label: 'Value' }] },
    { rows: values.map((value) => ({ value })) },
  )

describe('a report as CSV', () => {
  it('begins with a byte-order mark and the labels, in the order of the columns', () => {
    const columns = [
      { path: 'b', label: 'Second' },
      { path: 'a', label: 'First, of all' },
    ]
    assert.equal(
      toCsv({ rows: 'rows', columns }, { rows: [{ a: 1, b: '港' }] }),
      '\uFEFFSecond,"First, of all"\n港,1\n',
    )
  })

  it('quotes what would break a row', () => {
    assert.equal(csvOf('a "b", c\nd'), '\uFEFFValue\n"a ""b"", c\nd"\n')
  })

  for (const formula of ['=1+1', '+1', '@SUM(A1)', '\t=1', '-cmd|x', '=HYPERLINK("x")']) {
    it(`makes the formula ${JSON.stringify(formula)} harmless`, () => {
      const [, line = ''] = csvOf(formula).split('\n')
      assert.match(line, /^"?'/)
    })
  }

  it('leaves amounts exact, also negative ones, and absent values empty', () => {
    assert.equal(
      csvOf('12345678901234567890.123', true, null, undefined),
      '\uFEFFValue\n12345678901234567890.123\ntrue\n\n\n',
    )
    assert.equal(csvOf('-5.00'), '\uFEFFValue\n-5.00\n')
  })

  it('an answer without rows is the labels alone', () => {
    assert.equal(toCsv({ rows: 'rows', columns: [{ path: 'a', label: 'A' }] }, null), '\uFEFFA\n')
  })
})
