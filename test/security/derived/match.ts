/** The customers of the demo data, matched across systems as `isthmus identity match` does. */
import { join } from 'node:path'
import { openCrosswalk } from '../../../gateway/identity/crosswalk.ts'
import { readingScopes } from '../../../gateway/identity/records.ts'
import { readRules } from '../../../gateway/identity/rules.ts'
import { runMatch } from '../../../gateway/identity/run.ts'
import { openLimits } from '../../../gateway/limits/limits.ts'
import { silent } from '../../../gateway/request/observer.ts'
import { identityRelations } from '../../../subgraphs/crm/identity-relations.ts'
import { nobody } from '#shared/principal.ts'
import { repository } from '../../support/cli.ts'
import type { Graph } from '../../support/graph.ts'
import { nobodyReads } from '../../support/unread.ts'
import { keepTables } from './changed.ts'

/** The same in every run: only what was matched is to be other. */
const now = { today: '2026-06-30', at: '2026-06-30T01:02:03Z' }
const reader = { ...nobody, audience: 'EMPLOYEE', scopes: readingScopes } as const

/** The right to see what a match left. */
export const matchRight = 'crm:identity:read'

/** What a match leaves for people to look at, and no link. */
const left = ['identity_candidate', 'identity_finding', 'identity_summary']

/** Whether a statement reads what a match left. */
export const readsMatch = (sql: string): boolean => left.some((table) => sql.includes(`"${table}"`))

/** Matches for the first time; answers the statements by which the records were read. */
export const matchCustomers = async (graph: Graph): Promise<readonly string[]> =>
  (await match(graph)).statements

/**
 * Matches again, and answers how to put back what was there. Links stay, and none may be added: everything
 * that hangs on a customer would be other by it.
 */
export async function matchAgain(graph: Graph): Promise<() => Promise<void>> {
  const restore = await keepTables(graph.data, 'identity', left)
  const { links } = await match(graph)
  if (links > 0) throw new Error(`${links} links were added to customers that were matched before`)
  return restore
}

async function match({ app, data }: Graph) {
  const file = join(data, 'identity.sqlite')
  await using crosswalk = await openCrosswalk({ kind: 'sqlite', file }, identityRelations)
  const statements: string[] = []
  const found = await runMatch({
    ask: (document, variables) =>
      app.execute({ document, variables }, reader, {
        limits: openLimits,
        observer: { ...silent, statement: ({ sql }) => statements.push(sql) },
      }),
    crosswalk,
    rules: readRules(join(repository, 'gateway/policy/identity.yaml')),
  })
  await nobodyReads()
  await crosswalk.keep({ ...found, ...now })
  return { statements, links: found.links.length }
}
