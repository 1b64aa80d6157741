/**
 * The types of PostgreSQL: what they are to us and how their text is read.
 */
import type { SourceType } from './connection.ts'

/** By the ids of pg_type, which are the same in every PostgreSQL. */
const types: Readonly<Record<number, SourceType>> = {
  16: 'boolean',
  17: 'binary',
  18: 'text', // "char"
  19: 'text', // name
  20: 'integer',
  21: 'integer',
  23: 'integer',
  25: 'text',
  26: 'integer', // oid
  700: 'float',
  701: 'float',
  1042: 'text', // char(n)
  1043: 'text',
  1082: 'date',
  1114: 'timestamp',
  1184: 'timestamptz',
  1700: 'decimal',
  2950: 'uuid',
}

/** `category` is pg_type.typcategory: enumerations, and text of extensions such as citext. */
export const typeOf = (id: number, category: string): SourceType =>
  types[id] ?? (category === 'E' || category === 'S' ? 'text' : 'other')

const asText = (text: string): unknown => text

const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  16: (text) => text === 't',
  1042: (text) => text.replace(/ +$/, ''), // blanks at the end fill it up and mean nothing
}

/** Everything else stays text: nothing is rounded, and no date is moved to another zone. */
export const parserOf = (id: number): ((text: string) => unknown) => parsers[id] ?? asText
