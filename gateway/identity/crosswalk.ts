/**
 * The crosswalk's own database, for writing: links, old ids, candidates, findings and decisions.
 * SQLite; its tables are those that the CRM subgraph declares and reads. Statements on it stand here
 * and in decisions.ts only.
 */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { sqliteDialect } from '#shared/dialects/sqlite.ts'
import { openOwn } from '#shared/own-database.ts'
import type { Relations } from '#shared/relations.ts'
import { transactions } from '../store/sqlite.ts'
import { numberOf, numberOrNull, textOf, textOrNull, type Row } from '../store/rows.ts'
import { matchMethods, pairKey, type Link } from './links.ts'
import type { Candidate } from './match.ts'
import type { Finding, Summary } from './quality.ts'
import { recordSystems, type RecordSystem } from './records.ts'

export interface KnownCandidate extends Omit<Candidate, 'evidence'> {
  readonly evidence: Readonly<Record<string, number>>
  readonly foundOn: string
}

export interface KnownFinding extends Omit<Finding, 'kind' | 'field'> {
  readonly kind: string
  readonly field: string | null
}

export interface KnownSummary extends Summary {
  /** ISO 8601 */
  readonly checkedAt: string
}

export interface Match {
  readonly links: readonly Link[]
  readonly candidates: readonly Candidate[]
  readonly findings: readonly Finding[]
  readonly summaries: readonly Summary[]
  /** `YYYY-MM-DD` */
  readonly today: string
  /** ISO 8601 */
  readonly at: string
}

export type Values = Readonly<Record<string, unknown>>

export interface Crosswalk extends Disposable {
  readonly database: DatabaseSync
  transaction: <Result>(work: () => Result) => Result
  /** One row of a relation; columns left out are null. What is there already stays. */
  insert: (relation: string, row: Values) => void
  links(): readonly Link[]
  /** Old id → the id that took its place. */
  aliases(): ReadonlyMap<string, string>
  /** Pairs of which the latest decision says that they are not the same. */
  rejected(): ReadonlySet<string>
  candidates(): readonly KnownCandidate[]
  findings(filter: {
    readonly kind: string | null
    readonly limit: number
  }): readonly KnownFinding[]
  countFindings(): readonly {
    readonly kind: string
    readonly system: string
    readonly field: string | null
    readonly count: number
  }[]
  summaries(): readonly KnownSummary[]
  /** All of a match at once, with what the last one left replaced. */
  keep(match: Match): void
}

export function openCrosswalk(file: string, relations: Relations): Crosswalk {
  const database = openOwn(file, { relations })
  const transaction = transactions(database)
  const inserts = new Map<string, (row: Values) => void>()
  const insert = (name: string, row: Values): void => {
    const known = inserts.get(name) ?? prepareInsert(database, relations, name)
    inserts.set(name, known)
    known(row)
  }
  const all = (sql: string, ...parameters: SQLInputValue[]): readonly Row[] =>
    database.prepare(sql).all(...parameters)
  const candidates = () =>
    all(`SELECT * FROM identity_candidate ORDER BY score DESC, id`).map(candidateOf)
  return {
    database,
    transaction,
    insert,
    links: () => all('SELECT * FROM identity_link ORDER BY customerId, system, value').map(linkOf),
    aliases: () =>
      new Map(
        all('SELECT oldId, customerId FROM identity_alias').map((row) => [
          textOf(row, 'oldId'),
          textOf(row, 'customerId'),
        ]),
      ),
    rejected: () => rejectedIn(all('SELECT * FROM identity_decision ORDER BY decidedAt, rowid')),
    candidates,
    findings: ({ kind, limit }) =>
      all(
        'SELECT * FROM identity_finding WHERE ?1 IS NULL OR kind = ?1 ORDER BY id LIMIT ?2',
        kind,
        limit,
      ).map(findingOf),
    countFindings: () =>
      all(
        'SELECT kind, system, field, count(*) AS count FROM identity_finding GROUP BY kind, system, field ORDER BY kind, system, field',
      ).map((row) => ({
        kind: textOf(row, 'kind'),
        system: textOf(row, 'system'),
        field: textOrNull(row, 'field'),
        count: numberOf(row, 'count'),
      })),
    summaries: () => all('SELECT * FROM identity_summary ORDER BY system').map(summaryOf),
    keep: ({ links, candidates: found, findings, summaries, today, at }) =>
      transaction(() => {
        const foundOn = new Map(candidates().map((each) => [each.id, each.foundOn]))
        for (const relation of ['identity_candidate', 'identity_finding', 'identity_summary'])
          database.exec(`DELETE FROM ${relation}`)
        for (const link of links) insert('identity_link', linkRow(link, today))
        for (const { evidence, score, ...candidate } of found) {
          insert('identity_candidate', {
            ...candidate,
            score: String(score),
            evidence: JSON.stringify(evidence),
            foundOn: foundOn.get(candidate.id) ?? today,
          })
        }
        for (const { other, ...finding } of findings) {
          insert('identity_finding', {
            ...finding,
            otherSystem: other?.system ?? null,
            otherValue: other?.value ?? null,
          })
        }
        for (const summary of summaries) insert('identity_summary', { ...summary, checkedAt: at })
      }),
    [Symbol.dispose]: () => database.close(),
  }
}

/** A link as a row. */
export const linkRow = ({ confidence, ...link }: Link, today: string): Values => ({
  ...link,
  confidence: confidence === null ? null : String(confidence),
  validFrom: today,
})

function prepareInsert(database: DatabaseSync, relations: Relations, name: string) {
  const relation = relations[name]
  if (relation === undefined) throw new TypeError(`the crosswalk has no ${name}`)
  const columns = Object.entries(relation.columns)
  const statement = database.prepare(
    `INSERT INTO "${name}" (${columns.map(([column]) => `"${column}"`).join(', ')})
     VALUES (${columns.map(() => '?').join(', ')}) ON CONFLICT DO NOTHING`,
  )
  return (row: Values): void => {
    const values = columns.map(([column, { type }]) =>
      sqliteDialect.encode(row[column] ?? null, type, `${name}.${column}`),
    )
    statement.run(...(values as SQLInputValue[])) // what the dialect encodes, SQLite binds
  }
}

/** Confidences and scores are kept in thousandths, like every decimal of the embedded databases. */
const thousandths = 1_000

const linkOf = (row: Row): Link => {
  const confidence = numberOrNull(row, 'confidence')
  const matchedBy = textOrNull(row, 'matchedBy')
  return {
    customerId: textOf(row, 'customerId'),
    system: textOf(row, 'system'),
    value: textOf(row, 'value'),
    isPrimary: numberOf(row, 'isPrimary') === 1,
    matchedBy: matchMethods.find((each) => each === matchedBy) ?? null,
    confidence: confidence === null ? null : confidence / thousandths,
  }
}

const systemOf = (row: Row, column = 'system'): RecordSystem => {
  const text = textOf(row, column)
  const known = recordSystems.find((each) => each === text)
  if (known === undefined) throw new TypeError(`the crosswalk names a system ${text}`)
  return known
}

const candidateOf = (row: Row): KnownCandidate => ({
  id: textOf(row, 'id'),
  system: systemOf(row),
  value: textOf(row, 'value'),
  crmAccountId: textOf(row, 'crmAccountId'),
  reason: textOf(row, 'reason') as Candidate['reason'], // written by `keep` only
  score: numberOf(row, 'score') / thousandths,
  evidence: JSON.parse(textOf(row, 'evidence')) as Readonly<Record<string, number>>, // likewise
  foundOn: textOf(row, 'foundOn'),
})

const findingOf = (row: Row): KnownFinding => ({
  id: textOf(row, 'id'),
  kind: textOf(row, 'kind'),
  system: systemOf(row),
  value: textOf(row, 'value'),
  customerId: textOrNull(row, 'customerId'),
  other:
    row['otherSystem'] === null
      ? null
      : { system: systemOf(row, 'otherSystem'), value: textOf(row, 'otherValue') },
  field: textOrNull(row, 'field'),
})

const summaryOf = (row: Row): KnownSummary => ({
  system: systemOf(row),
  records: numberOf(row, 'records'),
  matched: numberOf(row, 'matched'),
  unmatched: numberOf(row, 'unmatched'),
  doublyMatched: numberOf(row, 'doublyMatched'),
  contradicting: numberOf(row, 'contradicting'),
  candidates: numberOf(row, 'candidates'),
  checkedAt: textOf(row, 'checkedAt'),
})

/** The latest decision about a pair counts; a split is a refusal of each pair it parted. */
function rejectedIn(decisions: readonly Row[]): ReadonlySet<string> {
  const rejected = new Set<string>()
  for (const row of decisions) {
    const crmAccountId = textOrNull(row, 'crmAccountId')
    const value = textOrNull(row, 'value')
    if (crmAccountId === null || value === null) continue
    const pair = pairKey({ system: systemOf(row), value }, crmAccountId)
    const kind = textOf(row, 'kind')
    if (kind === 'REJECT' || kind === 'SPLIT') rejected.add(pair)
    else rejected.delete(pair)
  }
  return rejected
}
