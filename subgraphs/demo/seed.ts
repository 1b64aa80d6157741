/**
 * Makes the demo data: the same on every machine for a size and a business date. The files are
 * written beside their final names and renamed when all are complete, so an interrupted run leaves
 * the old data or none.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openEmbedded } from '#shared/embedded.ts'
import { AppError } from '#shared/errors.ts'
import type { Relations } from '#shared/relations.ts'
import { identityRelations } from '../crm/identity-relations.ts'
import { relations as crm } from '../crm/relations.ts'
import { relations as erp } from '../erp/relations.ts'
import { relations as finance } from '../finance/relations.ts'
import { relations as hr } from '../hr/relations.ts'
import { sizes, type SizeName, type Steps, type Story } from './company.ts'
import { writeCustomers } from './customers.ts'
import { writeBooks } from './ledger.ts'
import { writeOrders } from './orders.ts'
import { writePeople } from './people.ts'
import { createPipeline } from './pipeline.ts'
import { writeProducts } from './products.ts'
import { createRandom, createStream, dayOf } from './random.ts'
import { createService, writeTasks } from './service.ts'
import { createWriter } from './writer.ts'

export { sizes } from './company.ts'

/** The business date when none is given. */
export const defaultAsOf = '2026-06-30'

const seed = 20_260_630

const databases: Readonly<Record<string, Relations>> = {
  crm,
  identity: identityRelations,
  erp,
  hr,
  finance,
}

export interface SeedOptions {
  /** The folder; made when missing. */
  readonly data: string
  readonly size: SizeName
  /** `YYYY-MM-DD` */
  readonly asOf?: string
}

/** Makes the data in one go. */
export function seedDemo(options: SeedOptions): void {
  const steps = seedSteps(options)
  while (steps.next().done !== true);
}

/** Makes the data step by step. Who stops between two steps leaves the folder as it was. */
export function* seedSteps({ data, size, asOf = defaultAsOf }: SeedOptions): Steps {
  mkdirSync(data, { recursive: true })
  const temporary = (name: string) => join(data, `${name}.sqlite.new`)
  const clear = () => {
    for (const name of Object.keys(databases)) rmSync(temporary(name), { force: true })
  }
  clear() // what a killed run left
  const meta = { asOf, size, seed: String(seed) }
  const write = {
    crm: createWriter(temporary('crm'), crm, meta),
    identity: createWriter(temporary('identity'), identityRelations, meta),
    erp: createWriter(temporary('erp'), erp, meta),
    hr: createWriter(temporary('hr'), hr, meta),
    finance: createWriter(temporary('finance'), finance, meta),
  }
  try {
    yield* tell({
      write,
      size: sizes[size],
      random: createRandom(seed),
      stream: (name) => createStream(seed, name),
      today: dayOf(asOf),
    })
    for (const [name, writer] of Object.entries(write)) {
      yield `building indexes of ${name}`
      yield* writer.finish()
    }
    for (const name of Object.keys(databases)) {
      const file = join(data, `${name}.sqlite`)
      // What was not yet written into the old file must not be taken for the new one's.
      for (const left of [`${file}-wal`, `${file}-shm`]) rmSync(left, { force: true })
      renameSync(temporary(name), file)
    }
  } finally {
    for (const writer of Object.values(write)) writer.close()
    clear()
  }
}

function* tell(story: Story): Steps {
  const people = writePeople(story)
  const products = writeProducts(story, people)
  yield 'writing customers'
  const customers = yield* writeCustomers(story, people)
  const pipeline = createPipeline(story, customers, products)
  const service = createService(story, people)
  const totals = yield* writeOrders(story, people, customers, products, { pipeline, service })
  yield 'writing pipeline and books'
  yield* pipeline.rest()
  writeTasks(story, people, customers)
  writeBooks(story, people, customers, totals)
}

/** How much there is of what decides a size. */
export function countRows(data: string): Readonly<Record<string, number>> {
  const counted = {
    customers: ['crm', 'customer'],
    orders: ['erp', 'sales_order'],
    'order lines': ['erp', 'sales_order_line'],
    invoices: ['finance', 'invoice'],
  } as const
  return Object.fromEntries(
    Object.entries(counted).map(([name, [database, relation]]) => {
      using file = new DatabaseSync(join(data, `${database}.sqlite`), { readOnly: true })
      return [name, Number(file.prepare(`SELECT count(*) AS n FROM ${relation}`).get()?.['n'])]
    }),
  )
}

export type DemoState =
  | { readonly state: 'absent' | 'current' }
  | { readonly state: 'unusable'; readonly error: AppError }

/** Whether the folder holds demo data that this version can read. */
export function demoState(data: string): DemoState {
  const names = Object.keys(databases)
  if (names.every((name) => !existsSync(join(data, `${name}.sqlite`)))) return { state: 'absent' }
  try {
    const runs = new Set<string>()
    for (const [name, relations] of Object.entries(databases)) {
      const path = join(data, `${name}.sqlite`)
      // An older layout of the crosswalk is no loss: Isthmus brings its own database up to date.
      const isOwn = name === 'identity' && existsSync(path)
      const file = openEmbedded(name, path, isOwn ? { relations, own: 'crosswalk' } : { relations })
      const { layout: _, ...run } = file.meta
      runs.add(JSON.stringify(run, Object.keys(run).toSorted()))
      file[Symbol.dispose]()
    }
    if (runs.size > 1) {
      throw new AppError(
        'DATABASE_INVALID',
        'The databases come from different runs; one was interrupted. Make them anew with: npm run seed',
      )
    }
    return { state: 'current' }
  } catch (error) {
    if (error instanceof AppError) return { state: 'unusable', error }
    throw error
  }
}

/** NULL in a checksum: an empty text is something else. */
const absent = '\u0000'

/** SHA-256 over all rows of all relations in the order of their keys, as hex. */
export function checksum(data: string): string {
  const hash = createHash('sha256')
  for (const [name, relations] of Object.entries(databases)) {
    const file = new DatabaseSync(join(data, `${name}.sqlite`), {
      readOnly: true,
      readBigInts: true,
    })
    for (const [relation, { columns, key }] of Object.entries(relations)) {
      hash.update(`${name}.${relation}\n`)
      const list = (of: readonly string[]) => of.map((column) => `"${column}"`).join(', ')
      const rows = file.prepare(
        `SELECT ${list(Object.keys(columns))} FROM "${relation}" ORDER BY ${list(key)}`,
      )
      rows.setReturnArrays(true)
      for (const row of rows.iterate()) {
        const values = (row as unknown as readonly (string | bigint | null)[]).map(
          (value) => value ?? absent,
        )
        hash.update(`${values.join('\u001f')}\n`)
      }
    }
    file.close()
  }
  return hash.digest('hex')
}
