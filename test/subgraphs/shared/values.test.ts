/** Decimals, money, periods and scalars: pure, so tested by tables. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { addDays, createCalendar, dateIn, daysBetween, isDate } from '#shared/calendar.ts'
import {
  Big,
  decimalText,
  fromScaled,
  isDecimalText,
  toScaled,
  withPlaces,
} from '#shared/decimal.ts'
import { compareRows } from '#shared/keyset.ts'
import { money, moneyOf, roundMoney, sumMoney } from '#shared/money.ts'
import { id } from '#shared/relations.ts'
import { scalars } from '#shared/scalars.ts'

describe('decimals', () => {
  for (const plain of ['0', '-0', '7', '-7.5', '0.0', '12.50', '12.05', '0.001', '100', '-3.120']) {
    it(`${plain} is written with places as the calculation writes it`, () => {
      for (const places of [0, 2, 3]) {
        assert.equal(withPlaces(plain, places), decimalText(new Big(plain), places))
      }
    })
  }
  for (const [text, scale, scaled] of [
    ['0', 3, 0n],
    ['12.5', 3, 12500n],
    ['-0.001', 3, -1n],
    ['1.500', 2, 150n],
    ['9007199254740993.01', 2, 900719925474099301n],
    ['1', 0, 1n],
  ] as const) {
    it(`${text} at scale ${scale} is ${scaled} and back`, () => {
      assert.equal(toScaled(text, scale), scaled)
      assert.equal(new Big(fromScaled(scaled, scale)).eq(text), true)
    })
  }
  for (const text of [
    '',
    'abc',
    '12abc',
    '1e5',
    '0x10',
    '01',
    '+1',
    '.5',
    '1.',
    ' 1',
    '1 ',
    'NaN',
    '--1',
  ]) {
    it(`"${text}" is no decimal`, () => {
      assert.equal(isDecimalText(text), false)
      assert.equal(toScaled(text, 3), null)
    })
  }
  it('more places than the column has are refused, not rounded', () => {
    assert.equal(toScaled('0.0001', 3), null)
  })
  it('are written without an exponent', () => {
    assert.equal(decimalText(new Big('1e21')), '1000000000000000000000')
    assert.equal(decimalText(new Big('1e-9')), '0.000000001')
  })
})

describe('money', () => {
  it('shows at least the places of its currency and all that it has', () => {
    assert.deepEqual(
      [
        moneyOf('5', 'TWD'),
        moneyOf('5', 'JPY'),
        moneyOf('5', 'KWD'),
        moneyOf('5.123456', 'USD'),
      ].map(({ amount }) => amount),
      ['5.00', '5', '5.000', '5.123456'],
    )
  })
  it('an absent amount stays absent', () => {
    assert.equal(money(null, 'TWD'), null)
    assert.equal(money('1', null), null)
  })
  it('sums exactly and never across currencies', () => {
    const parts = [moneyOf('0.1', 'USD'), moneyOf('0.2', 'USD'), moneyOf('3', 'JPY'), null]
    assert.deepEqual(sumMoney(parts), [moneyOf('3', 'JPY'), moneyOf('0.3', 'USD')])
    assert.deepEqual(sumMoney([]), [])
  })
  it('rounds half up to the places of the currency', () => {
    assert.equal(roundMoney(new Big('2.5'), 'JPY').amount, '3')
    assert.equal(roundMoney(new Big('2.00449'), 'TWD').amount, '2.00')
  })
})

describe('calendar', () => {
  const calendar = createCalendar({
    today: '2026-06-30',
    timeZone: 'Asia/Taipei',
    fiscalYearStartMonth: 1,
  })
  const fiscal = createCalendar({
    today: '2026-06-30',
    timeZone: 'Asia/Taipei',
    fiscalYearStartMonth: 4,
  })
  for (const [key, start, end] of [
    ['2025', '2025-01-01', '2025-12-31'],
    ['2025-Q3', '2025-07-01', '2025-09-30'],
    ['2024-02', '2024-02-01', '2024-02-29'],
    ['2026-W01', '2025-12-29', '2026-01-04'],
    ['2020-W53', '2020-12-28', '2021-01-03'],
    ['2025-07-01', '2025-07-01', '2025-07-01'],
  ] as const) {
    it(`${key} runs from ${start} to ${end}`, () => {
      assert.deepEqual(calendar.period(key), { key, start, end })
    })
  }
  for (const key of [
    '',
    '25',
    '2025-Q5',
    '2025-13',
    '2021-W53',
    '2025-W00',
    '2025-02-30',
    '2025-7',
  ]) {
    it(`"${key}" is no period`, () => {
      assert.throws(() => calendar.period(key), { code: 'BAD_USER_INPUT' })
    })
  }
  it('a fiscal year that begins in April has its quarters there', () => {
    assert.deepEqual(fiscal.period('2025-Q4'), {
      key: '2025-Q4',
      start: '2026-01-01',
      end: '2026-03-31',
    })
    assert.equal(fiscal.periodOf('YEAR', '2026-03-31').key, '2025')
    assert.equal(fiscal.periodOf('QUARTER', '2026-04-01').key, '2026-Q1')
  })
  it('every bucket of a date is the period of its own key', () => {
    for (const bucket of ['DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'] as const) {
      for (const date of ['2024-12-30', '2025-01-01', '2025-06-15', '2026-01-04']) {
        const period = fiscal.periodOf(bucket, date)
        assert.deepEqual(fiscal.period(period.key), period)
        assert.ok(period.start <= date && date <= period.end)
      }
    }
  })
  it('counts days over leap days and months', () => {
    assert.equal(daysBetween('2024-02-28', '2024-03-01'), 2)
    assert.equal(addDays('2025-12-31', 1), '2026-01-01')
    assert.equal(isDate('2023-02-29'), false)
    for (const year of ['0000', '1900', '2000', '2023', '2024']) {
      for (const day of ['01-31', '02-28', '02-29', '02-30', '04-30', '04-31', '12-31', '00-10']) {
        const ms = Date.parse(`${year}-${day}T00:00:00Z`)
        const exists = !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(`${year}-${day}`)
        assert.equal(isDate(`${year}-${day}`), exists, `${year}-${day}`)
      }
    }
    assert.equal(dateIn('Asia/Taipei', new Date('2026-06-30T16:00:00Z')), '2026-07-01')
  })
})

describe('the order of rows', () => {
  it('is that of the database: by code points, also of characters outside the first plane', () => {
    const relation = { description: '', columns: { no: id(), name: id() }, key: ['no'] } as const
    const names = ['a', 'B', '港', '\uff00', '😀', 'a港', 'a😀', '']
    const sorted = names
      .map((name) => ({ no: '1', name }))
      .toSorted(compareRows(relation, { column: 'name', direction: 'ASC' }))
    const byBytes = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    assert.deepEqual(
      sorted.map(({ name }) => name),
      byBytes,
    )
  })
})

describe('scalars', () => {
  for (const [name, good, bad] of [
    ['Date', '2026-06-30', '2026-06-31'],
    ['DateTime', '2026-06-30T10:00:00Z', '2026-06-30 10:00'],
    ['Decimal', '12.50', '12,50'],
    ['CurrencyCode', 'TWD', 'NT$'],
    ['CountryCode', 'TW', 'Taiwan'],
  ] as const) {
    it(`${name} takes "${good}" and refuses "${bad}"`, () => {
      assert.equal(scalars[name]?.parseValue(good), good)
      assert.throws(
        () => scalars[name]?.parseValue(bad),
        new RegExp(`${name} takes .*but got "${bad.replace('$', '\\$')}"`),
      )
      assert.throws(() => scalars[name]?.parseValue(5), /but got 5/)
    })
  }
})
