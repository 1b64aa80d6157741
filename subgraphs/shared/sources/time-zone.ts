/**
 * Local times of a time zone and moments in UTC, both as text. Fractions of a second are kept to the
 * millionth, so that a moment found in a source is found there again.
 */

const localPattern =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?$/

/**
 * A database's text for a moment as UTC, `YYYY-MM-DDTHH:MM:SSZ`; null when it is none. Without an
 * offset of its own it is meant in `timeZone`; what a change of clocks makes ambiguous is the later one.
 */
export function utcOf(text: string, timeZone: string): string | null {
  const [, day, time, seconds = '00', fraction = '', offset] = localPattern.exec(text.trim()) ?? []
  if (day === undefined || time === undefined) return null
  const asUtc = Date.parse(`${day}T${time}:${seconds}Z`)
  if (Number.isNaN(asUtc)) return null
  const kept = fraction.slice(0, 6).replace(/0+$/, '')
  const tail = kept === '' ? 'Z' : `.${kept}Z`
  const offsetMs = offset === undefined ? offsetAtLocal(asUtc, timeZone) : writtenOffset(offset)
  return new Date(asUtc - offsetMs).toISOString().slice(0, 19) + tail
}

/** A moment in UTC as the local time of a zone: `YYYY-MM-DD HH:MM:SS`, with its fraction. */
export function localOf(instant: string, timeZone: string): string {
  const [whole = '', fraction] = instant.replace('Z', '').split('.')
  const at = Date.parse(`${whole}Z`)
  const local = new Date(at + offsetAt(at, timeZone)).toISOString().slice(0, 19).replace('T', ' ')
  return fraction === undefined ? local : `${local}.${fraction}`
}

function writtenOffset(offset: string): number {
  if (offset === 'Z') return 0
  const ms = (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3).replace(':', ''))) * 60_000
  return offset.startsWith('-') ? -ms : ms
}

/** The offset at a local time: found from the moment that it would be with the offset around it. */
function offsetAtLocal(local: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0
  const guess = offsetAt(local, timeZone)
  return offsetAt(local - guess, timeZone)
}

const formats = new Map<string, Intl.DateTimeFormat>()
/** By zone and quarter of an hour, in which no offset changes. */
const offsets = new Map<string, number>()
const maxOffsets = 100_000
const quarterMs = 900_000

function offsetAt(at: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0
  const quarter = Math.floor(at / quarterMs)
  const key = `${timeZone} ${quarter}`
  const known = offsets.get(key)
  if (known !== undefined) return known
  const offset = worked(quarter * quarterMs, timeZone)
  if (offsets.size >= maxOffsets) offsets.clear()
  offsets.set(key, offset)
  return offset
}

function worked(at: number, timeZone: string): number {
  let format = formats.get(timeZone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
    formats.set(timeZone, format)
  }
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  const { year, month, day, hour, minute, second } = parts
  return Date.parse(`${year?.padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}Z`) - at
}
