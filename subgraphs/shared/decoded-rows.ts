/**
 * Rows as arrays, turned into what they are in TypeScript. What a row of a company's own database lacks
 * or holds wrongly is told by the property that is read, so that everything else of the row answers.
 */
import type { Decode, Dialect } from './dialect.ts'
import { isUnmapped, type ColumnTypes } from './result-types.ts'
import { notMapped } from './sources/not-mapped.ts'
import type { Origin } from './sources/origin.ts'

export type ReadRow = (row: readonly unknown[]) => Record<string, unknown>

interface Read {
  readonly name: string
  readonly at: number
  readonly decode: Decode
}

export function rowReader(columns: ColumnTypes, dialect: Dialect): ReadRow {
  const all = [...columns].map(([name, column], at) => ({ name, column, at }))
  const isForeign = dialect.foreign !== undefined
  const reads: Read[] = all
    .filter(({ column }) => !isUnmapped(column))
    .map(({ name, column, at }) => ({
      name,
      at,
      decode: dialect.decoder(column, nameOf(name, column.type.origin)),
    }))
  // A row without values: a copy of it is filled faster than an object grows.
  const empty: Readonly<Record<string, null>> = Object.fromEntries(
    reads.map(({ name }) => [name, null]),
  )
  if (!isForeign) {
    return (row) => {
      const decoded: Record<string, unknown> = { ...empty }
      for (const { name, at, decode } of reads) decoded[name] = decode(row[at])
      return decoded
    }
  }
  const lacking = all.flatMap(({ name, column: { type } }) =>
    type.origin?.held === null ? [{ name, property: throwing(notMapped(type.origin)) }] : [],
  )
  return (row) => {
    const decoded: Record<string, unknown> = { ...empty }
    for (const { name, at, decode } of reads) {
      try {
        decoded[name] = decode(row[at])
      } catch (error) {
        Object.defineProperty(decoded, name, throwing(error))
      }
    }
    for (const { name, property } of lacking) Object.defineProperty(decoded, name, property)
    return decoded
  }
}

const nameOf = (name: string, origin: Origin | undefined): string =>
  origin === undefined ? name : `${origin.relation}.${origin.column}`

/** Reading it is an error, and so is copying the row: a copy must not lose it silently. */
const throwing = (error: unknown): PropertyDescriptor => ({
  enumerable: true,
  configurable: true,
  get: () => {
    throw error
  },
})
