/**
 * The question about one customer from four systems, whose databases are mapped: through the gateway and
 * its subgraphs in this process, beside the same answer by hand from the same database.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { readConfig } from '../../../gateway/config.ts'
import { openLimits } from '../../../gateway/limits/limits.ts'
import { demoIdentities } from '../../../gateway/tokens/demo.ts'
import { relations as crm } from '../../../subgraphs/crm/relations.ts'
import { relations as erp } from '../../../subgraphs/erp/relations.ts'
import { relations as finance } from '../../../subgraphs/finance/relations.ts'
import { relations as hr } from '../../../subgraphs/hr/relations.ts'
import type { SourceKind } from '../../../subgraphs/shared/sources/connection.ts'
import { mappingSetIn } from '../../../subgraphs/shared/sources/mapping-set.ts'
import { openConnection } from '../../../subgraphs/shared/sources/open-connection.ts'
import { demoData } from '../../support/demo-data.ts'
import { demoMappings, demoTables, type Copied } from '../../support/demo-tables.ts'
import { startGraph, type Graph } from '../../support/graph.ts'
import { readQuestions } from '../questions.ts'
import { customerByHand } from './customer-by-hand.ts'
import { openDatabase } from './database.ts'
import { timed, type Measured } from './timed.ts'

const mostStatements = 12

/** What the question reads. */
const copied: Copied = {
  crm: {
    customer: crm.customer,
    contact: crm.contact,
    interaction: crm.interaction,
    service_case: crm.service_case,
    opportunity: crm.opportunity,
  },
  erp: { customer: erp.customer, sales_order: erp.sales_order },
  hr: { employee: hr.employee },
  finance: { debtor: finance.debtor, invoice: finance.invoice },
}

export const customerHead = [
  'one customer, ms',
  'by hand',
  'mapped',
  'ratio',
  'statements',
] as const

export async function measureCustomer(
  kind: SourceKind,
  { rounds }: { readonly rounds: number },
): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-bench-customer-'))
  const data = demoData()
  try {
    process.stderr.write(`${kind}: the demo's customers are copied\n`)
    await using database = await openDatabase(kind, folder, demoTables(kind, data, copied))
    const mappings = demoMappings(kind, database.address, folder, copied)
    const config = readConfig({ PORT: '0' })
    await using graph = await startGraph({
      config: {
        audit: null, // nothing by hand keeps one
        system: (name) => ({ ...config.system(name), mapping: mappings.get(name) }),
      },
    })
    const set = mappingSetIn(mappings.get('crm') ?? '', { relations: crm, env: {} })
    await using connection = await openConnection(set, { system: 'bench', timeZone: 'UTC' })
    using hand = customerByHand(connection, graph.data)
    return await compared(kind, rounds, await asking(graph), (id) => hand.ask(id))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

interface Asking {
  readonly ids: readonly string[]
  /** The JSON of the answer. */
  readonly mapped: (id: string) => Promise<string>
  /** How many statements it sends. */
  readonly statements: (id: string) => Promise<number>
}

async function asking(graph: Graph): Promise<Asking> {
  const question = readQuestions(graph.data).find(({ name }) => name === 'customer360')
  if (question === undefined) throw new Error('there is no question about one customer')
  const { query: document, variants } = question
  const principal = await graph.app.principalFor({
    subject: demoIdentities.admin.subject,
    groups: [],
  })
  return {
    ids: variants.map(({ crmAccountId }) => String(crmAccountId)),
    mapped: async (crmAccountId) => {
      const asked = { document, variables: { crmAccountId } }
      const result = await graph.app.execute(asked, principal, { limits: openLimits })
      return JSON.stringify(result)
    },
    statements: async (crmAccountId) => {
      const asked = { variables: { crmAccountId }, limits: openLimits }
      return (await graph.ask(document, asked)).statements.length
    },
  }
}

async function compared(
  kind: SourceKind,
  rounds: number,
  { ids, mapped, statements }: Asking,
  byHand: (id: string) => Promise<object>,
): Promise<Measured> {
  let most = 0
  for (const id of ids) {
    const ours: unknown = JSON.parse(await mapped(id))
    const theirs: unknown = JSON.parse(JSON.stringify({ data: await byHand(id) }))
    if (!isDeepStrictEqual(ours, theirs))
      throw new Error(`they answer differently: ${JSON.stringify(ours)} ${JSON.stringify(theirs)}`)
    most = Math.max(most, await statements(id))
  }
  // Each works through the customers for itself, so both are asked the same ones.
  const next = () => {
    let at = 0
    return () => ids[at++ % ids.length] ?? ''
  }
  const [forHand, forMapped] = [next(), next()]
  const { hand, ours } = await timed(
    {
      hand: async () => JSON.stringify({ data: await byHand(forHand()) }),
      ours: () => mapped(forMapped()),
    },
    rounds,
  )
  return {
    cells: [kind, hand.toFixed(2), ours.toFixed(2), (ours / hand).toFixed(2), String(most)],
    problems:
      most > mostStatements
        ? [`${kind}: one customer takes ${most} statements, at most ${mostStatements}`]
        : [],
  }
}
