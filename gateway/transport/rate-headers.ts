/**
 * The caller's points as headers, as the IETF draft "RateLimit header fields for HTTP" (httpapi,
 * draft 10) writes them: structured fields, a name for each bucket, `q` its quota, `w` its window, `r`
 * what is left, `t` the seconds until it is full again.
 */
import type { ServerResponse } from 'node:http'
import type { Quota } from '../limits/admission.ts'

export function sendQuotas(response: ServerResponse, quotas: readonly Quota[]): void {
  if (response.headersSent) return
  response.setHeader(
    'ratelimit-policy',
    quotas
      .map(({ name, quota, windowSeconds }) => `"${name}";q=${quota};w=${windowSeconds}`)
      .join(', '),
  )
  response.setHeader(
    'ratelimit',
    quotas
      .map(({ name, remaining, fullInSeconds }) => `"${name}";r=${remaining};t=${fullInSeconds}`)
      .join(', '),
  )
}
