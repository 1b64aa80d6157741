/** What the caller read last, as the audit keeps it, and what may still be asked. */
import type { Limits, LogEntry, RateLimit } from './ask.ts'
import { element, moment, table } from './dom.ts'

export function logTable(entries: readonly LogEntry[] | null): HTMLElement {
  if (entries === null)
    return element('p', { class: 'hint' }, 'This gateway keeps no log of what is read.')
  if (entries.length === 0) return element('p', { class: 'hint' }, 'Nothing was asked yet.')
  const heads = ['When', 'Operation', 'Outcome', 'Points', 'Systems', 'Protected fields read']
  const rows = entries.map(({ at, operationName, outcome, cost, systems, read, refused, codes }) =>
    element(
      'tr',
      {},
      element('td', { class: 'number' }, moment(at)),
      element('td', {}, operationName ?? '–'),
      element('td', { title: codes.join(', ') }, outcome.toLowerCase()),
      element('td', { class: 'number' }, cost === null ? '–' : String(cost)),
      element('td', {}, systems.join(', ')),
      element(
        'td',
        { class: 'code' },
        [...read, ...refused.map((each) => `${each} (refused)`)].join(', '),
      ),
    ),
  )
  return table(heads, rows, { 'aria-label': 'Your log' })
}

/** `100,000 points a question, …`. */
export function limitsText(limits: Limits | null): string {
  if (limits === null) return 'none'
  const [cost, minute, day] = [limits.cost, limits.costPerMinute, limits.costPerDay].map((points) =>
    points.toLocaleString('en'),
  )
  const points = `${cost} points a question, ${minute} a minute, ${day} a day`
  return `${points}; ${limits.depth} fields deep; ${limits.concurrency} questions at once`
}

/** `990,000 of 1,000,000 points a minute`. */
export function pointsLeft(rateLimit: RateLimit | null): string {
  if (rateLimit === null) return 'not counted'
  const { limit, remaining, resetAt } = rateLimit
  const left = `${remaining.toLocaleString('en')} of ${limit.toLocaleString('en')} a minute`
  return resetAt === null ? left : `${left}; full again at ${resetAt.slice(11, 19)} UTC`
}
