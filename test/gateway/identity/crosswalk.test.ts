/** The crosswalk in a file of the data folder; test/services asks the same of PostgreSQL. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { it } from 'node:test'
import { openCrosswalk } from '../../../gateway/identity/crosswalk.ts'
import { identityRelations } from '../../../subgraphs/crm/identity-relations.ts'
import { crosswalkSuite } from './crosswalk-suite.ts'
import { link } from './records.ts'

crosswalkSuite('SQLite', () => {
  const data = mkdtempSync(join(tmpdir(), 'isthmus-identity-'))
  let made = 0
  return Promise.resolve({
    fresh: () => {
      made += 1
      return Promise.resolve({ kind: 'sqlite', file: join(data, `${made}.sqlite`) })
    },
    drop: () => {
      rmSync(data, { recursive: true })
      return Promise.resolve()
    },
  })
})

it('a number is found by the index after the first match already', async () => {
  const data = mkdtempSync(join(tmpdir(), 'isthmus-identity-'))
  const file = join(data, 'identity.sqlite')
  const crosswalk = await openCrosswalk({ kind: 'sqlite', file }, identityRelations)
  const links = Array.from({ length: 3_000 }, (_, at) => [
    link(`C${at}`, 'CRM', `A${at}`),
    link(`C${at}`, 'ERP', `2${at}`),
  ]).flat()
  const { revision } = await crosswalk.state()
  const nothing = { candidates: [], findings: [], summaries: [] }
  await crosswalk.keep({ ...nothing, links, revision, today: '2026-06-30', at: '' })
  await crosswalk[Symbol.asyncDispose]()
  const database = new DatabaseSync(file, { readOnly: true })
  const plan = database
    .prepare(
      `EXPLAIN QUERY PLAN SELECT account.value FROM identity_link AS link
       JOIN identity_link AS account ON account.customerId = link.customerId
       WHERE link.system = 'ERP' AND link.value IN (?) AND account.system = 'CRM'`,
    )
    .all('2100')
    .map((row) => String(row['detail']))
  database.close()
  rmSync(data, { recursive: true })
  assert.match(plan[0] ?? '', /^SEARCH link .*\(system=\? AND value=\?\)/)
})
