/** Local times and moments: exact to the fraction, across changes of clocks. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { localOf, utcOf } from '#shared/sources/time-zone.ts'

describe('a time of a source', () => {
  const times: readonly [text: string, zone: string, utc: string | null][] = [
    ['2026-01-15 12:00:00', 'UTC', '2026-01-15T12:00:00Z'],
    ['2026-01-15T12:00', 'Asia/Taipei', '2026-01-15T04:00:00Z'],
    ['2026-07-01 00:00:00.000', 'Europe/Berlin', '2026-06-30T22:00:00Z'],
    ['2026-07-01 00:00:00.120300', 'Europe/Berlin', '2026-06-30T22:00:00.1203Z'],
    ['2026-07-01 00:00:00.1234567', 'UTC', '2026-07-01T00:00:00.123456Z'],
    ['2026-01-15 12:00:00+00', 'Europe/Berlin', '2026-01-15T12:00:00Z'],
    ['2026-01-15 12:00:00-05:30', 'Europe/Berlin', '2026-01-15T17:30:00Z'],
    ['2026-01-15T12:00:00Z', 'Europe/Berlin', '2026-01-15T12:00:00Z'],
    ['1969-12-31 23:00:00', 'America/New_York', '1970-01-01T04:00:00Z'],
    ['2026-13-01 00:00:00', 'UTC', null],
    ['0000-00-00 00:00:00', 'UTC', null],
    ['2026-01-15', 'UTC', null],
    ['soon', 'UTC', null],
  ]
  for (const [text, zone, utc] of times) {
    it(`${text} in ${zone}`, () => assert.equal(utcOf(text, zone), utc))
  }

  it('is found again by what it was read as', () => {
    for (const zone of [
      'UTC',
      'Europe/Berlin',
      'Asia/Kolkata',
      'America/New_York',
      'Australia/Lord_Howe',
    ]) {
      for (let day = 0; day < 365; day += 1) {
        const local = `${new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10)} 12:34:56.789`
        assert.equal(localOf(utcOf(local, zone) ?? '', zone), local)
      }
    }
  })
})
