/** `Retry-After` (RFC 9110, 10.2.3): seconds, or a date in one of the three forms of 5.6.7. */

const day = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)'
const month = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)'
const time = '\\d{2}:\\d{2}:\\d{2}'

const withZone = [
  new RegExp(`^${day}, \\d{2} ${month} \\d{4} ${time} GMT$`),
  new RegExp(`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \\d{2}-${month}-\\d{2} ${time} GMT$`),
]
const asctime = new RegExp(`^${day} ${month} [ \\d]\\d ${time} \\d{4}$`)

/** Milliseconds to wait, or null where the header is not there or says nothing that is known. */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  const text = header?.trim() ?? ''
  if (/^\d+$/.test(text)) return Number(text) * 1_000
  const dated = asctime.test(text) ? `${text} GMT` : text
  if (dated === text && !withZone.some((form) => form.test(text))) return null
  const at = Date.parse(dated)
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}
