/**
 * Where the values of a relation's column come from in a company's own database, as far as they are
 * bound and read differently from the embedded one. Travels with the column's type through statements.
 */
import type { SourceType } from './connection.ts'

/** A raw code of the source → our value. `*` stands for every code that is not listed. */
export type Codes = ReadonlyMap<string, string>

export interface Origin {
  readonly relation: string
  readonly column: string
  /** Null where the mapping does not yield the column: nothing can be said of its values. */
  readonly held: Held | null
  /** Set where raw codes are translated. */
  readonly codes?: Codes
}

/** How the source holds the values. */
export interface Held {
  readonly type: SourceType | null
  /** As the database calls it. */
  readonly native: string
}

/** The column of a mapped relation that has the raw code beside the translated one. */
export const rawColumn = (column: string): string => `${column}__raw`

/** Whether filters can go back to the raw codes: a default has codes that nobody knows. */
export const isReversible = (codes: Codes | undefined): codes is Codes =>
  codes !== undefined && !codes.has('*')

/** The raw codes of a value of ours. */
export const rawCodesOf = (codes: Codes, value: unknown): readonly string[] =>
  [...codes].flatMap(([raw, ours]) => (ours === value ? [raw] : []))
