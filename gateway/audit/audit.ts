/**
 * The audit of an app: follows each question from its rights to its answer, and lets the answer go
 * once its entry is on disk. What reads something protected is refused without an entry; a change is
 * noted before it is made as well.
 */
import type { ExecutionResult } from 'graphql'
import { appErrorIn } from '#shared/errors.ts'
import type { OwnPlace } from '#shared/own/address.ts'
import type { Principal, RowLimit } from '#shared/principal.ts'
import type { Log } from '../log.ts'
import { InvalidVariables, type Follower } from '../request/execute.ts'
import { InvalidDocument } from '../request/receive.ts'
import { renameValues } from '../request/response-names.ts'
import { silent, type Observer } from '../request/observer.ts'
import type { Prepared } from '../request/prepare.ts'
import type { Generation } from '../supergraph/generation.ts'
import type { AuditConfig } from './config.ts'
import type { AuditEntry, Outcome, RowsInForce } from './entry.ts'
import { auditKeys, type AuditKeys } from './keys.ts'
import { secretOf } from './log.ts'
import { foldRefusals, type Refused } from './refusals.ts'
import { readingOf, type Named, type Reading } from './reading.ts'
import { startWriter } from './writer.ts'

/** What one question brings. */
export interface Audited {
  readonly principal: Principal
  readonly token: string | null
  readonly requestId: string
  readonly generation: Generation
  /** Points, as far as they are known at the end. */
  readonly cost: () => number | null
}

export interface Audit extends AsyncDisposable {
  /** Runs a question; its answer comes when its entry is on disk. Throws AUDIT_UNAVAILABLE. */
  run(
    audited: Audited,
    work: (follow: Follower, observer: Observer) => Promise<ExecutionResult>,
  ): Promise<ExecutionResult>
  /** Counts a request that was refused before it was known who asks: written later, with others. */
  readonly refused: (refused: Refused) => void
}

export interface AuditOptions {
  readonly data: string
  readonly store: OwnPlace
  readonly config: AuditConfig
  readonly log: Log
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export function openAudit({ data, store, config, log, now }: AuditOptions): Audit {
  const secret = secretOf(data, config)
  const keys = auditKeys(secret)
  const { retentionDays } = config
  const writer = startWriter({ store, secret, retentionDays })
  const refusals = foldRefusals({ writer, log, now })
  const readings = new WeakMap<Prepared, Reading>()
  const known = (prepared: Prepared, generation: Generation): Reading => {
    const before = readings.get(prepared)
    if (before !== undefined) return before
    const made = readingOf(prepared, generation)
    readings.set(prepared, made)
    return made
  }
  return {
    run: async ({ principal, token, requestId, generation, cost }, work) => {
      let reading: Reading | null = null
      let named: Named | null = null
      let values: Readonly<Record<string, unknown>> = {}
      let answered: unknown = null
      const systems = new Set<string>()
      const write = (outcome: Outcome, codes: readonly string[]): Promise<void> => {
        const entry: AuditEntry = {
          at: now(),
          requestId,
          subject: principal.subject,
          audience: principal.audience,
          token,
          operationName: reading?.operationName ?? null,
          operationHash: reading?.operationHash ?? null,
          reading: named?.coordinates?.hash ?? null,
          records: reading?.recordsIn(answered) ?? [],
          rows: rowsOf(principal.rows),
          systems: [...systems].toSorted(),
          cost: cost(),
          outcome,
          codes,
          variables: hashed(values, keys),
        }
        return writer.write({ entry: JSON.stringify(entry), reading: named?.coordinates ?? null })
      }
      const follow: Follower = {
        asks: async ({ prepared, values: given }) => {
          reading = known(prepared, generation)
          named = reading.named(renameValues(given))
          values = given
          if (reading.isChange) await write('STARTED', [])
        },
        got: (got) => {
          answered = got
        },
      }
      const observer = { ...silent, fetch: ({ system }: { system: string }) => systems.add(system) }
      let result: ExecutionResult
      try {
        result = await work(follow, observer)
      } catch (error) {
        // It was refused already: there is nothing more to refuse.
        await write('REFUSED', [codeOf(error)]).catch((cause: unknown) =>
          log.error({ requestId, err: cause }, 'a refusal is not in the audit'),
        )
        throw error
      }
      const codes = codesOf(result)
      try {
        await write(codes.length === 0 ? 'ANSWERED' : 'PARTIAL', codes)
      } catch (error) {
        if (mustBeKept(reading, named)) throw error
        log.error(
          { requestId, err: error },
          'an answer without anything protected is not in the audit',
        )
      }
      return result
    },
    refused: refusals.note,
    [Symbol.asyncDispose]: async () => {
      refusals.flush()
      await writer[Symbol.asyncDispose]()
    },
  }
}

const mustBeKept = (reading: Reading | null, named: Named | null): boolean =>
  named === null || named.isProtected || reading?.isChange !== false

const codesOf = ({ errors = [] }: ExecutionResult): readonly string[] =>
  [
    ...new Set(
      errors.map(({ extensions: { code } }) => (typeof code === 'string' ? code : 'INTERNAL')),
    ),
  ].toSorted()

function codeOf(error: unknown): string {
  if (error instanceof InvalidDocument) return 'GRAPHQL_VALIDATION_FAILED'
  if (error instanceof InvalidVariables) return 'BAD_USER_INPUT'
  return appErrorIn(error)?.code ?? 'INTERNAL'
}

const hashed = (
  values: Readonly<Record<string, unknown>>,
  keys: AuditKeys,
): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, keys.value(value)]))

/** Values of a rule that an entry lists; a partner's plan says the rest. */
const maxRuleValues = 20

/** The rule of a principal is the same object as long as the principal is kept. */
const rowsKnown = new WeakMap<RowLimit, RowsInForce>()

function rowsOf(rows: RowLimit | null): RowsInForce | null {
  if (rows === null) return null
  const known = rowsKnown.get(rows)
  if (known !== undefined) return known
  const all = Object.entries(rows.parameters)
  const made: RowsInForce = {
    rule: rows.rule,
    parameters: Object.fromEntries(
      all.map(([name, values]) => [name, values.slice(0, maxRuleValues)]),
    ),
    more: all.reduce((sum, [, values]) => sum + Math.max(values.length - maxRuleValues, 0), 0),
  }
  rowsKnown.set(rows, made)
  return made
}
