/**
 * The company's calendar: what "today" is, in which time zone, and how days form periods.
 * In demo mode today is the business date stored with the data. Must not read any clock itself.
 */
import { AppError } from './errors.ts'

export const timeBuckets = ['DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'] as const
export type TimeBucket = (typeof timeBuckets)[number]

/** A span of days, both ends included. */
export interface Period {
  /** `2025`, `2025-Q3`, `2025-07`, `2025-W07` (ISO 8601 week) or `2025-07-01`. */
  readonly key: string
  readonly start: string
  readonly end: string
}

export interface DateRange {
  readonly from?: string | null
  readonly to?: string | null
}

export interface Calendar {
  /** The business date, `YYYY-MM-DD`, in the company's time zone. */
  readonly today: string
  /** IANA name, for example `Asia/Taipei`. */
  readonly timeZone: string
  /** 1 to 12. A fiscal year is named after the calendar year in which it begins. */
  readonly fiscalYearStartMonth: number
  /** The period of a key; throws BAD_USER_INPUT when the key is none. */
  period(key: string): Period
  /** The period of a bucket in which a date lies. */
  periodOf(bucket: TimeBucket, date: string): Period
}

export interface CalendarSettings {
  readonly today: string
  readonly timeZone: string
  readonly fiscalYearStartMonth: number
}

export function createCalendar(settings: CalendarSettings): Calendar {
  const first = settings.fiscalYearStartMonth
  return Object.freeze({
    ...settings,
    period: (key: string) => parsePeriod(key, first),
    periodOf: (bucket: TimeBucket, date: string) => periodOf(bucket, date, first),
  })
}

const datePattern = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/
const dayMs = 86_400_000

/** Whether the text is a date of the calendar (2025-02-30 is none). */
export function isDate(text: string): boolean {
  if (!datePattern.test(text)) return false
  const [year, month] = [Number(text.slice(0, 4)), Number(text.slice(5, 7))]
  const day = Number(text.slice(8))
  return day > 0 && day <= daysIn(year, month)
}

/** Every date of an answer is checked, which is why no Date is made for it. */
const daysIn = (year: number, month: number): number =>
  month === 2 && (year % 4 !== 0 || (year % 100 === 0 && year % 400 !== 0))
    ? 28
    : (daysOfMonths[month - 1] ?? 0)

const daysOfMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const isoDate = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
const dayMsOf = (date: string): number => Date.parse(`${date}T00:00:00Z`)

export const addDays = (date: string, days: number): string => isoDate(dayMsOf(date) + days * dayMs)

/** Days from `from` to `to`; negative when `to` is earlier. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((dayMsOf(to) - dayMsOf(from)) / dayMs)

/** The date a moment has in a time zone. */
export const dateIn = (timeZone: string, moment: Date): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(moment)

function periodOf(bucket: TimeBucket, date: string, fiscalStart: number): Period {
  const year = Number(date.slice(0, 4))
  const month = Number(date.slice(5, 7))
  const sinceStart = (month - fiscalStart + 12) % 12
  const fiscalYear = month >= fiscalStart ? year : year - 1
  switch (bucket) {
    case 'DAY':
      return { key: date, start: date, end: date }
    case 'WEEK':
      return isoWeek(date)
    case 'MONTH':
      return months(date.slice(0, 7), year, month, 1)
    case 'QUARTER': {
      const quarter = Math.floor(sinceStart / 3)
      return months(`${fiscalYear}-Q${quarter + 1}`, fiscalYear, fiscalStart + quarter * 3, 3)
    }
    case 'YEAR':
      return months(`${fiscalYear}`, fiscalYear, fiscalStart, 12)
  }
}

/** `count` months from a month that may be beyond December of `year`. */
function months(key: string, year: number, month: number, count: number): Period {
  return {
    key,
    start: isoDate(Date.UTC(year, month - 1, 1)),
    end: isoDate(Date.UTC(year, month - 1 + count, 0)),
  }
}

/** ISO 8601: weeks begin on Monday, and belong to the year of their Thursday. */
function isoWeek(date: string): Period {
  const weekday = (new Date(dayMsOf(date)).getUTCDay() + 6) % 7
  const start = addDays(date, -weekday)
  const year = addDays(start, 3).slice(0, 4)
  const week = Math.floor(daysBetween(`${year}-01-01`, addDays(start, 3)) / 7) + 1
  return { key: `${year}-W${String(week).padStart(2, '0')}`, start, end: addDays(start, 6) }
}

function parsePeriod(key: string, fiscalStart: number): Period {
  const found = candidateOf(key, fiscalStart)
  if (found === null || found.key !== key) {
    throw new AppError(
      'BAD_USER_INPUT',
      `A period is a key such as "2025", "2025-Q3", "2025-07", "2025-W07" or "2025-07-01", but got "${key}".`,
    )
  }
  return found
}

/** The period the key seems to name; the caller compares its key with what came. */
function candidateOf(key: string, fiscalStart: number): Period | null {
  const year = Number(key.slice(0, 4))
  if (/^\d{4}$/.test(key)) return months(key, year, fiscalStart, 12)
  if (/^\d{4}-Q[1-4]$/.test(key)) {
    return months(key, year, fiscalStart + (Number(key.slice(6)) - 1) * 3, 3)
  }
  if (/^\d{4}-W\d{2}$/.test(key)) {
    return isoWeek(addDays(`${year}-01-04`, (Number(key.slice(6)) - 1) * 7))
  }
  if (isDate(key)) return periodOf('DAY', key, fiscalStart)
  return isDate(`${key}-01`) ? periodOf('MONTH', `${key}-01`, fiscalStart) : null
}
