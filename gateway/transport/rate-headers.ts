/**
 * The caller's points as headers, as the IETF draft "RateLimit header fields for HTTP" (httpapi,
 * draft 10) writes them: structured fields, a name for each bucket, `q` its quota, `w` its window, `r`
 * what is left, `t` the seconds until it is full again.
 */
import type { ServerResponse } from 'node:http'
import type { Quota } from '../limits/admission.ts'

export function sendQuotas(response: ServerResponse, quotas: readonly Quota[]): void {
  if (response.headersSent) return
  let policy = ''
  let level = ''
  for (const { name, quota, windowSeconds, remaining, fullInSeconds } of quotas) {
    const comma = policy === '' ? '' : ', '
    policy += `${comma}"${name}";q=${quota};w=${windowSeconds}`
    level += `${comma}"${name}";r=${remaining};t=${fullInSeconds}`
  }
  response.setHeader('ratelimit-policy', policy)
  response.setHeader('ratelimit', level)
}
