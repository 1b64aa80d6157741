/**
 * `npm run bench:sources [-- --quick] [--only sqlite,postgresql,mysql]`: a mapped relation of 2,000,000
 * rows beside SQL written by hand, on the same server and through the same driver. Rounds alternate;
 * medians and ratios are printed. Exits 1 when a late page takes more than twice as long as the first,
 * a list of 1,000 rows more than 1.5 times as long as by hand, or a look-up by key reads a whole table.
 * Servers are named by ISTHMUS_TEST_POSTGRES_URL and ISTHMUS_TEST_MYSQL_URL.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Kysely } from 'kysely'
import { page } from '../../subgraphs/shared/connection.ts'
import { cursorOf, type Order } from '../../subgraphs/shared/keyset.ts'
import {
  amount,
  date,
  defineRelations,
  id,
  nullable,
  oneOf,
  text,
  type Database,
} from '../../subgraphs/shared/relations.ts'
import { allRows } from '../../subgraphs/shared/row-rights.ts'
import { rowsBy } from '../../subgraphs/shared/rows.ts'
import { catalogueOf } from '../../subgraphs/shared/sources/catalogue.ts'
import {
  sourceKinds,
  type SourceConnection,
  type SourceKind,
  type SourceStatement,
} from '../../subgraphs/shared/sources/connection.ts'
import { mappingSetIn } from '../../subgraphs/shared/sources/mapping-set.ts'
import { openConnection } from '../../subgraphs/shared/sources/open-connection.ts'
import { openSource } from '../../subgraphs/shared/sources/open-source.ts'
import { testDatabase } from '../support/database-servers.ts'
import { benchmark, quick, someOf, type QuickOption } from './options.ts'
import { median } from './rounds.ts'
import { aligned } from './table.ts'

const { only: kinds, ...options } = benchmark(
  'bench:sources',
  'Mapped relations beside SQL written by hand, on the same server and through the same driver.',
)
  .addOption(quick())
  .addOption(someOf('--only', 'databases', sourceKinds))
  .parse()
  .opts<QuickOption & { readonly only: readonly SourceKind[] }>()
const rowCount = options.quick ? 200_000 : 2_000_000
const customerCount = 20_000
const pageSize = 100
const latePage = rowCount / 2 / pageSize
const listSize = 1_000
const keyCount = 100
const rounds = options.quick ? 5 : 25

const maxLatePage = 2
const maxList = 1.5

const relations = defineRelations({
  sales_order: {
    description: 'An order.',
    columns: {
      orderNo: id(),
      customerNo: id(),
      customerName: nullable(text()),
      orderedOn: date(),
      status: oneOf(['OPEN', 'SHIPPED', 'CANCELLED']),
      net: amount(),
    },
    key: ['orderNo'],
    indexes: [['orderedOn'], ['customerNo']],
  },
})

/** Tables as somebody else's: other names, codes, and what is wanted over a join. */
const tables = [
  'CREATE TABLE kunde (nr integer PRIMARY KEY, firma varchar(60) NOT NULL)',
  `CREATE TABLE auftrag (nr integer PRIMARY KEY, kunde_nr integer NOT NULL, datum date NOT NULL,
     stand char(1) NOT NULL, netto decimal(18,2) NOT NULL)`,
]
const indexes = [
  'CREATE INDEX auftrag_datum ON auftrag (datum, nr)',
  'CREATE INDEX auftrag_kunde ON auftrag (kunde_nr)',
]

const mapping = `SELECT a.nr AS "orderNo", a.kunde_nr AS "customerNo", k.firma AS "customerName",
  a.datum AS "orderedOn", a.stand AS "status", a.netto AS "net"
FROM auftrag a LEFT JOIN kunde k ON k.nr = a.kunde_nr`

/** Some 250 orders a day, in no order of their numbers. */
const days = Math.ceil(rowCount / 250)
const values: Readonly<Record<SourceKind, { series: (most: number) => string; day: string }>> = {
  sqlite: {
    series: (most) =>
      `(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < ${most}) SELECT n FROM s)`,
    day: `date('2000-01-01', ((n * 7919) % ${days}) || ' days')`,
  },
  postgresql: {
    series: (most) => `generate_series(1, ${most}) AS s(n)`,
    day: `date '2000-01-01' + (n::bigint * 7919 % ${days})::int`,
  },
  mysql: {
    series: (most) => `(SELECT seq AS n FROM seq_1_to_${most}) s`,
    day: `DATE_ADD('2000-01-01', INTERVAL (n * 7919) % ${days} DAY)`,
  },
}

const filled = (kind: SourceKind): readonly string[] => {
  const { series, day } = values[kind]
  const name = kind === 'mysql' ? `concat('Firma ', n)` : `'Firma ' || n`
  const stand = `CASE n % 10 WHEN 0 THEN 'S' WHEN 1 THEN 'X' ELSE 'O' END`
  return [
    ...tables,
    `INSERT INTO kunde SELECT n, ${name} FROM ${series(customerCount)}`,
    `INSERT INTO auftrag SELECT n, n % ${customerCount} + 1, ${day}, ${stand}, n % 100000 / 100.0 FROM ${series(rowCount)}`,
    ...indexes,
    kind === 'mysql' ? 'ANALYZE TABLE auftrag, kunde' : 'ANALYZE',
  ]
}

interface Opened extends AsyncDisposable {
  /** The lines of source.yaml that say where it is. */
  readonly address: string
}

async function openDatabase(kind: SourceKind, folder: string): Promise<Opened> {
  if (kind === 'sqlite') {
    const file = join(folder, 'orders.sqlite')
    const database = new DatabaseSync(file)
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF')
    for (const statement of filled(kind)) database.exec(statement)
    database.close()
    return {
      address: `file: ${JSON.stringify(file)}`,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }
  }
  const database = await testDatabase(kind)
  await database.owner(...filled(kind))
  return {
    address: `url: ${JSON.stringify(database.ownerUrl)}`,
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}

const order: Order = { column: 'orderedOn', direction: 'ASC' }
const limits = { signal: new AbortController().signal, deadlineAt: Infinity }

type Work = () => Promise<unknown>
type Db = Kysely<Database<typeof relations>>

/** Milliseconds of each, in alternating rounds: the medians. */
async function timed<Name extends string>(
  works: Readonly<Record<Name, Work>>,
): Promise<Readonly<Record<Name, number>>> {
  const entries = Object.entries<Work>(works)
  const taken = new Map<string, number[]>(entries.map(([name]) => [name, []]))
  for (const [, work] of entries) for (let at = 0; at < 3; at += 1) await work()
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, work] of round % 2 === 0 ? entries : entries.toReversed()) {
      const started = performance.now()
      await work()
      taken.get(name)?.push(performance.now() - started)
    }
  }
  return Object.fromEntries([...taken].map(([name, each]) => [name, median(each)])) as Readonly<
    Record<Name, number>
  >
}

/** As somebody writes it who knows the tables: the same rows of the same shape. */
const byHand = (connection: SourceConnection) => {
  const select = `SELECT a.nr, a.kunde_nr, k.firma, a.datum, a.stand, a.netto FROM auftrag a LEFT JOIN kunde k ON k.nr = a.kunde_nr`
  const status: Readonly<Record<string, string>> = { O: 'OPEN', S: 'SHIPPED', X: 'CANCELLED' }
  const place = (at: number) => (connection.kind === 'postgresql' ? `$${at}` : '?')
  const rows = async (sql: string, parameters: readonly unknown[]) =>
    (await connection.run({ sql, parameters }, limits)).map((row) => ({
      orderNo: String(row[0]),
      customerNo: String(row[1]),
      customerName: row[2],
      orderedOn: row[3],
      status: status[String(row[4])],
      net: String(row[5]),
    }))
  return {
    list: (from: string) =>
      rows(`${select} WHERE a.datum >= ${place(1)} ORDER BY a.datum, a.nr LIMIT ${listSize + 1}`, [
        from,
      ]),
    keys: (keys: readonly number[]) =>
      rows(
        `${select} WHERE a.nr IN (${keys.map((_, at) => place(at + 1)).join(', ')}) ORDER BY a.nr`,
        keys,
      ),
  }
}

interface Result {
  readonly kind: SourceKind
  readonly cells: readonly string[]
  readonly problems: readonly string[]
}

async function measured(kind: SourceKind): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-bench-sources-'))
  try {
    process.stderr.write(`${kind}: ${rowCount} rows are made\n`)
    await using database = await openDatabase(kind, folder)
    const mappings = join(folder, 'orders')
    mkdirSync(mappings)
    writeFileSync(join(mappings, 'source.yaml'), `kind: ${kind}\n${database.address}\n`)
    const quoted = kind === 'mysql' ? mapping.replaceAll('"', '`') : mapping
    writeFileSync(join(mappings, 'sales_order.sql'), quoted)
    writeFileSync(
      join(mappings, 'codes.yaml'),
      'sales_order:\n  status: { O: OPEN, S: SHIPPED, X: CANCELLED }\n',
    )
    const set = mappingSetIn(mappings, { relations, env: {} })
    await using connection = await openConnection(set, { system: 'bench', timeZone: 'UTC' })
    const sent: SourceStatement[] = []
    await using source = openSource({
      system: 'bench',
      set,
      timeZone: 'UTC',
      connect: async () => recording(connection, sent),
    })
    const db = source.limitedTo({ name: 'bench', relations }, { rows: allRows, ...limits })
    return await compared(kind, { db, connection, sent })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Closed by whoever made it. */
const recording = (connection: SourceConnection, sent: SourceStatement[]): SourceConnection => ({
  kind: connection.kind,
  describe: (statement) => connection.describe(statement),
  run: (statement, given) => {
    sent.push(statement)
    return connection.run(statement, given)
  },
  [Symbol.asyncDispose]: () => Promise.resolve(),
})

async function compared(
  kind: SourceKind,
  { db, connection, sent }: { db: Db; connection: SourceConnection; sent: SourceStatement[] },
): Promise<Result> {
  const relation = relations.sales_order
  const list = (given: { readonly first: number; readonly after?: string | undefined }) =>
    page(db, 'sales_order', relation, { orderBy: order, ...given })
  const [last] = await connection.run(
    {
      sql: `SELECT datum, nr FROM auftrag ORDER BY datum, nr LIMIT 1 OFFSET ${latePage * pageSize - 1}`,
      parameters: [],
    },
    limits,
  )
  const [orderedOn, orderNo] = [String(last?.[0]), String(last?.[1])]
  const after = cursorOf({ orderedOn, orderNo }, relation, order)
  const hand = byHand(connection)
  const keys = Array.from({ length: keyCount }, (_, at) => 1 + at * Math.floor(rowCount / keyCount))
  const keyTexts = keys.map(String)
  const from = (eb: Parameters<NonNullable<Parameters<typeof page>[3]['where']>>[0]) =>
    eb('sales_order.orderedOn', '>=', orderedOn)

  await expectAlike(
    () =>
      page(db, 'sales_order', relation, { orderBy: order, first: listSize, where: from }).then(
        ({ nodes }) => nodes,
      ),
    () => hand.list(orderedOn).then((rows) => rows.slice(0, listSize)),
  )
  const pages = await timed({
    first: () => list({ first: pageSize }),
    late: () => list({ first: pageSize, after }),
  })
  const lists = await timed({
    mapped: () =>
      page(db, 'sales_order', relation, { orderBy: order, first: listSize, where: from }),
    hand: () => hand.list(orderedOn),
  })
  const found = await timed({
    mapped: () => rowsBy(db, 'sales_order', relation, 'orderNo', keyTexts),
    hand: () => hand.keys(keys),
  })
  const lookUp = sent.at(-1)
  const explained =
    lookUp === undefined ? null : await catalogueOf(connection, limits).explain(lookUp)
  const scans = explained?.fullScans.map(({ table }) => table) ?? ['(nothing was sent)']
  const ratios = {
    page: pages.late / pages.first,
    list: lists.mapped / lists.hand,
    keys: found.mapped / found.hand,
  }
  return {
    kind,
    cells: [
      kind,
      pages.first.toFixed(2),
      pages.late.toFixed(2),
      ratios.page.toFixed(2),
      lists.hand.toFixed(2),
      lists.mapped.toFixed(2),
      ratios.list.toFixed(2),
      found.hand.toFixed(2),
      found.mapped.toFixed(2),
      ratios.keys.toFixed(2),
      scans.length === 0 ? (explained?.indexesUsed.join(' ') ?? '') : `scans ${scans.join(' ')}`,
    ],
    problems: [
      ...(ratios.page > maxLatePage
        ? [
            `${kind}: page ${latePage} takes ${ratios.page.toFixed(2)} times page 1, at most ${maxLatePage}`,
          ]
        : []),
      ...(ratios.list > maxList
        ? [
            `${kind}: ${listSize} rows take ${ratios.list.toFixed(2)} times those by hand, at most ${maxList}`,
          ]
        : []),
      ...scans.map((table) => `${kind}: a look-up by key reads all of ${table}`),
    ],
  }
}

/** Two ways that are compared must answer the same. */
async function expectAlike(
  one: () => Promise<readonly unknown[]>,
  other: () => Promise<readonly unknown[]>,
): Promise<void> {
  const key = (row: unknown) => {
    const { orderNo, customerName, status, net } = row as Readonly<Record<string, unknown>>
    return JSON.stringify([orderNo, customerName, status, Number(net)])
  }
  const [ours, theirs] = [(await one()).map(key), (await other()).map(key)]
  const at = ours.findIndex((each, index) => each !== theirs[index])
  if (at !== -1 || ours.length !== theirs.length || ours.length === 0) {
    throw new Error(`they answer differently: ${ours[at]} and ${theirs[at]} (${ours.length} rows)`)
  }
}

const results: Result[] = []
for (const kind of kinds) results.push(await measured(kind))
const head = [
  `${rowCount} rows, ms`,
  'page 1',
  `page ${latePage}`,
  'ratio',
  `${listSize} by hand`,
  'mapped',
  'ratio',
  `${keyCount} keys by hand`,
  'mapped',
  'ratio',
  'indexes of the look-up',
]
console.log(aligned([head, ...results.map(({ cells }) => cells)]))
const problems = results.flatMap((each) => each.problems)
for (const problem of problems) console.error(`missed: ${problem}`)
if (problems.length > 0) process.exitCode = 1
