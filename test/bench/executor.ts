/**
 * `npm run bench:executor [-- --quick] [-- --jit FOLDER]`: CPU per request of systems in this process,
 * by what executes their operations: graphql-js, our executor, and hand-written code over the same SQL.
 * With `--jit` also graphql-jit, from the folder where it is installed (its graphql must be ours).
 * The operations are those that the gateway sends for the three questions of the benchmark. Answers are
 * compared before anything is timed; rounds alternate; medians and ratios are printed.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { isDeepStrictEqual } from 'node:util'
import {
  execute,
  parse,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql'
import type { OpenSubgraph } from '../../subgraphs/shared/open.ts'
import { amountScale } from '../../subgraphs/shared/relations.ts'
import { reportNamed } from '../../gateway/reports/library.ts'
import { demoData } from '../support/demo-data.ts'
import {
  openSystems,
  recordOperations,
  type RecordedOperation,
} from '../support/recorded-operations.ts'
import { anyone } from '../support/subgraph-fixture.ts'
import { benchmark, quick, type QuickOption } from './options.ts'

const options = benchmark(
  'bench:executor',
  'CPU of systems in process: graphql-js, our executor, and hand-written code.',
)
  .addOption(quick())
  .option('--jit <folder>', 'also graphql-jit, from the folder where it is installed')
  .parse()
  .opts<QuickOption & { readonly jit?: string }>()
const rounds = options.quick ? 3 : 15
const millisecondsOfRound = options.quick ? 100 : 400

type Answer = () => unknown
type Row = Readonly<Record<string, unknown>>

interface Case {
  readonly name: string
  readonly operation: RecordedOperation
  /** What somebody would write who knows the question: the same SQL, and no schema. */
  readonly byHand: (statements: readonly StatementSync[]) => Answer
}

const places: Readonly<Record<string, number>> = { JPY: 0, KWD: 3 }
const money = (scaled: unknown, currency: unknown) => ({
  amount: (Number(scaled) / 10 ** amountScale).toFixed(places[String(currency)] ?? 2),
  currency,
})
const rowsOf = (statement: StatementSync | undefined, ...parameters: (string | number)[]): Row[] =>
  statement?.all(...parameters) ?? []

const oneSystem: Case['byHand'] =
  ([products]) =>
  () => ({
    products: {
      nodes: rowsOf(products, 21)
        .slice(0, 20)
        .map(({ sku, name, category, lifecycle }) => ({ sku, name, category, lifecycle })),
    },
  })

const list: Case['byHand'] =
  ([orders]) =>
  () => ({
    salesOrders: {
      nodes: rowsOf(orders, 1001)
        .slice(0, 1_000)
        .map(({ orderNo, status, net, currency, erpCustomerNo, salespersonNo }) => ({
          orderNo,
          status,
          net: money(net, currency),
          customer: { __typename: 'Customer', erpCustomerNo },
          salesperson:
            salespersonNo === null ? null : { __typename: 'Employee', employeeNo: salespersonNo },
        })),
    },
  })

const customerInErp: Case['byHand'] =
  ([orders]) =>
  () => {
    const rows = rowsOf(orders, '200001', '200002', '200003', '200003', 6)
      .toSorted((a, b) => (String(a['orderedAt']) < String(b['orderedAt']) ? 1 : -1))
      .slice(0, 5)
    return {
      _entities: [
        {
          orders: {
            nodes: rows.map(({ orderNo, orderedOn, status, net, currency }) => ({
              orderNo,
              orderedOn,
              status,
              net: money(net, currency),
            })),
          },
        },
      ],
    }
  }

const customerInCrm: Case['byHand'] =
  ([customers, links, contacts, interactions, opportunities, cases]) =>
  () => {
    const id = 'A000001'
    const [customer] = rowsOf(customers, id, 100_001)
    if (customer === undefined) return { customer: null }
    const { name, ownerLoginId } = customer
    const linked = rowsOf(links, 'CRM', 'CRM', id, 100_001).filter(({ counts }) => counts === 1)
    const valuesIn = (system: string) =>
      linked.filter((link) => link['system'] === system).map(({ value }) => value)
    const page = (rows: Row[], first: number, node: (row: Row) => object) => ({
      nodes: rows.slice(0, first).map(node),
    })
    return {
      customer: {
        __typename: 'Customer',
        debtorNo: valuesIn('FINANCE')[0] ?? null,
        erpCustomerNo: valuesIn('ERP')[0] ?? null,
        id: linked[0]?.['customerId'],
        name,
        owner: { __typename: 'Employee', loginId: ownerLoginId },
        contacts: page(rowsOf(contacts, id, 21), 20, (row) => ({
          name: row['name'],
          role: row['role'],
        })),
        interactions: page(rowsOf(interactions, id, 6), 5, ({ at, channel, subject }) => ({
          at,
          channel,
          subject,
        })),
        cases: page(rowsOf(cases, id, 1, 21), 20, ({ caseNo, kind, subject, openedAt }) => ({
          caseNo,
          kind,
          subject,
          openedAt,
        })),
        opportunities: page(rowsOf(opportunities, id, 21), 20, (row) => ({
          id: row['id'],
          name: row['name'],
          stage: row['stage'],
          amount: money(row['amount'], row['currency']),
          expectedCloseOn: row['expectedCloseOn'],
        })),
        erpCustomerNos: valuesIn('ERP'),
      },
    }
  }

const questions = [
  {
    name: 'one',
    document: '{ products(first: 20) { nodes { sku name category lifecycle } } }',
    variables: {},
  },
  {
    name: 'customer360',
    document: reportNamed('customer-360').operation,
    variables: { crmAccountId: 'A000001' },
  },
  {
    name: 'list1000',
    document:
      '{ salesOrders(first: 1000) { nodes { orderNo status net { amount currency } customer { name } salesperson { displayName } } } }',
    variables: {},
  },
]

const byHand: Readonly<Record<string, Case['byHand']>> = {
  'one erp': oneSystem,
  'customer360 crm': customerInCrm,
  'customer360 erp': customerInErp,
  'list1000 erp': list,
}

type Jit = (
  schema: GraphQLSchema,
  document: DocumentNode,
) => { query: (root: undefined, context: unknown, variables: unknown) => Promise<ExecutionResult> }

/** graphql-jit where it was asked for; it is no dependency of ours. */
function readJit(folder: string | undefined): Jit | null {
  if (folder === undefined) return null
  const { compileQuery } = createRequire(join(folder, 'index.js'))('graphql-jit') as {
    compileQuery: Jit
  } // its documented export
  return compileQuery
}

/** The prepared statements of an operation, and the answer that ours gives. */
async function observed(subgraph: OpenSubgraph, operation: RecordedOperation, data: string) {
  const statements: StatementSync[] = []
  const { data: answer, errors } = await subgraph.execute({
    document: parse(operation.document),
    variables: operation.variables,
    principal: anyone,
    signal: new AbortController().signal,
    onStatement: ({ database, sql }) => {
      const file = new DatabaseSync(join(data, `${database}.sqlite`), { readOnly: true })
      statements.push(file.prepare(sql))
    },
  })
  if (errors !== undefined) throw new Error(errors[0]?.message)
  return { statements, answer: JSON.parse(JSON.stringify(answer)) as unknown }
}

function contestants(
  { operation, byHand: write }: Case,
  subgraph: OpenSubgraph,
  statements: readonly StatementSync[],
  jit: Jit | null,
): Readonly<Record<string, Answer>> {
  const document = parse(operation.document)
  const { variables } = operation
  const signal = new AbortController().signal
  const context = () => subgraph.contextFor({ principal: anyone, signal })
  const { schema } = subgraph
  const dataOf = async (result: unknown) => ((await result) as ExecutionResult).data
  const compiled = jit?.(schema, document)
  return {
    'graphql-js': () =>
      dataOf(execute({ schema, document, variableValues: variables, contextValue: context() })),
    ...(compiled && {
      'graphql-jit': () => dataOf(compiled.query(undefined, context(), variables)),
    }),
    ours: () => dataOf(subgraph.execute({ document, variables, principal: anyone, signal })),
    'by hand': write(statements),
  }
}

/** CPU milliseconds per request, over about as long as a round lasts. */
async function measure(answer: Answer): Promise<number> {
  const endsAt = performance.now() + millisecondsOfRound
  const before = process.cpuUsage()
  let requests = 0
  while (requests < 3 || performance.now() < endsAt) {
    await answer()
    requests += 1
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000 / requests
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

const data = demoData()
const systems = await openSystems(data)
const jit = readJit(options.jit)
const recorded = await recordOperations(data, systems, questions)
console.log('CPU ms per request, median of alternating rounds, and times the hand-written code\n')
for (const operation of recorded) {
  const name = `${operation.question} ${operation.system}`
  const write = byHand[name]
  const subgraph = systems.get(operation.system)
  if (write === undefined || subgraph === undefined) continue
  const { statements, answer: expected } = await observed(subgraph, operation, data)
  const all = contestants({ name, operation, byHand: write }, subgraph, statements, jit)
  for (const [who, answer] of Object.entries(all)) {
    const given: unknown = JSON.parse(JSON.stringify(await answer()))
    if (!isDeepStrictEqual(given, expected)) {
      throw new Error(`${name}: ${who} answers differently`)
    }
    await measure(answer) // warm up
  }
  const measured = new Map(Object.keys(all).map((who) => [who, [] as number[]]))
  for (let round = 0; round < rounds; round += 1) {
    for (const [who, answer] of Object.entries(all)) measured.get(who)?.push(await measure(answer))
  }
  const hand = median(measured.get('by hand') ?? [])
  console.log(`${name} (${statements.length} statements)`)
  for (const [who, figures] of measured) {
    const cpu = median(figures)
    console.log(`  ${who.padEnd(12)} ${cpu.toFixed(3).padStart(8)} ms   ${(cpu / hand).toFixed(2)}`)
  }
}
for (const system of systems.values()) system[Symbol.dispose]()
