/**
 * A mapped relation of many rows beside SQL written by hand: the first page and a late one, a list, and
 * rows by their keys with the plan of the look-up.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { page } from '../../../subgraphs/shared/connection.ts'
import { cursorOf, type Order } from '../../../subgraphs/shared/keyset.ts'
import {
  amount,
  date,
  defineRelations,
  id,
  nullable,
  oneOf,
  text,
  type Database,
} from '../../../subgraphs/shared/relations.ts'
import { allRows } from '../../../subgraphs/shared/row-rights.ts'
import { rowsBy } from '../../../subgraphs/shared/rows.ts'
import { catalogueOf } from '../../../subgraphs/shared/sources/catalogue.ts'
import type {
  SourceConnection,
  SourceKind,
  SourceStatement,
} from '../../../subgraphs/shared/sources/connection.ts'
import { mappingSetIn } from '../../../subgraphs/shared/sources/mapping-set.ts'
import { openConnection } from '../../../subgraphs/shared/sources/open-connection.ts'
import { openSource } from '../../../subgraphs/shared/sources/open-source.ts'
import { openDatabase } from './database.ts'
import { filled } from './order-tables.ts'
import { timed, type Measured } from './timed.ts'

const pageSize = 100
const listSize = 1_000
const keyCount = 100

const maxLatePage = 2
const maxList = 1.5

export interface RowsSize {
  readonly rowCount: number
  readonly rounds: number
}

export const rowsHead = ({ rowCount }: RowsSize): readonly string[] => [
  `${rowCount} rows, ms`,
  'page 1',
  `page ${rowCount / 2 / pageSize}`,
  'ratio',
  `${listSize} by hand`,
  'mapped',
  'ratio',
  `${keyCount} keys by hand`,
  'mapped',
  'ratio',
  'indexes of the look-up',
]

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

const mapping = `SELECT a.nr AS "orderNo", a.kunde_nr AS "customerNo", k.firma AS "customerName",
  a.datum AS "orderedOn", a.stand AS "status", a.netto AS "net"
FROM auftrag a LEFT JOIN kunde k ON k.nr = a.kunde_nr`

const order: Order = { column: 'orderedOn', direction: 'ASC' }
const limits = { signal: new AbortController().signal, deadlineAt: Infinity }

type Db = Kysely<Database<typeof relations>>

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

export async function measureRows(kind: SourceKind, size: RowsSize): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-bench-sources-'))
  try {
    process.stderr.write(`${kind}: ${size.rowCount} rows are made\n`)
    await using database = await openDatabase(kind, folder, filled(kind, size.rowCount))
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
    return await compared(kind, size, { db, connection, sent })
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
  { rowCount, rounds }: RowsSize,
  { db, connection, sent }: { db: Db; connection: SourceConnection; sent: SourceStatement[] },
): Promise<Measured> {
  const latePage = rowCount / 2 / pageSize
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
  const pages = await timed(
    {
      first: () => list({ first: pageSize }),
      late: () => list({ first: pageSize, after }),
    },
    rounds,
  )
  const lists = await timed(
    {
      mapped: () =>
        page(db, 'sales_order', relation, { orderBy: order, first: listSize, where: from }),
      hand: () => hand.list(orderedOn),
    },
    rounds,
  )
  const found = await timed(
    {
      mapped: () => rowsBy(db, 'sales_order', relation, 'orderNo', keyTexts),
      hand: () => hand.keys(keys),
    },
    rounds,
  )
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
