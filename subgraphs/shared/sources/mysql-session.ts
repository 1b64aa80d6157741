/**
 * How a session of MySQL or MariaDB is set before it answers statements. Names and values are ours and
 * the server's version only: nothing of them comes from outside.
 */

export interface SessionSetting {
  readonly name: string
  readonly value: string
  /** Older servers, or forks, lack it: then it is left out. */
  readonly isOptional: boolean
}

const must = (name: string, value: string): SessionSetting => ({ name, value, isOptional: false })
const may = (name: string, value: string): SessionSetting => ({ name, value, isOptional: true })

export function sessionSettings(version: string, statementTimeoutMs: number): SessionSetting[] {
  const common = [
    must('sql_mode', "'TRADITIONAL'"),
    must('time_zone', "'+00:00'"),
    // Whole seconds, before the time limit where it has several, so that a lock is told apart.
    may('lock_wait_timeout', String(Math.max(1, Math.floor((statementTimeoutMs * 0.8) / 1_000)))),
  ]
  return /mariadb/i.test(version)
    ? [
        must('tx_read_only', '1'),
        must('max_statement_time', String(statementTimeoutMs / 1_000)),
        ...common,
        // Joins begin where the ORDER BY of a page has its index.
        may('optimizer_join_limit_pref_ratio', '10'),
        // Long lists stay lists: as a subquery they are not pushed into a mapping.
        may('in_predicate_conversion_threshold', '0'),
      ]
    : [
        must('transaction_read_only', '1'),
        must('max_execution_time', String(Math.ceil(statementTimeoutMs))),
        ...common,
      ]
}

export const settingStatement = (
  settings: readonly SessionSetting[],
  without: ReadonlySet<string>,
): string =>
  `SET ${settings
    .filter(({ name }) => !without.has(name))
    .map(({ name, value }) => `SESSION ${name} = ${value}`)
    .join(', ')}`
