/** How the gateway asks its own graph who somebody is, beside what a token says. */
import type { Principal } from '#shared/principal.ts'
import type { Log } from '../log.ts'
import { openLimits } from '../limits/limits.ts'
import { InvalidDocument } from '../request/receive.ts'
import type { Run } from '../request/run.ts'
import type { Ask } from './row-rules.ts'

/** A slow system must not hold up everybody who signs in: its facts are missing instead. */
const factsTimeoutMs = 2_000

/** The gateway asking for facts: reads what being authenticated allows, nothing more. */
export const gatewayItself: Principal = {
  subject: 'isthmus-gateway',
  audience: 'EMPLOYEE',
  scopes: [],
  facts: {},
  rows: null,
}

export const askFacts =
  (run: Run, log: Log): Ask =>
  async (document, variables) => {
    try {
      const signal = AbortSignal.timeout(factsTimeoutMs)
      return await run({ document, variables }, gatewayItself, {
        signal,
        requestId: 'facts',
        limits: openLimits,
      })
    } catch (error) {
      // Another company's graph need not have our employees and customers: nobody is asked then.
      if (error instanceof InvalidDocument) return null
      // The fact is missing, which grants nothing.
      log.warn({ err: error }, 'facts of a caller could not be read')
      return {}
    }
  }
