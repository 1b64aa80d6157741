/**
 * A small company in tables as grown databases have them: odd names, keys of several types, codes,
 * soft deletes, amounts and numbers that no float holds. The same rows for every kind of database.
 */
import type { SourceKind } from '#shared/sources/connection.ts'

type Type =
  | 'int'
  | 'bigint'
  | 'uuid'
  | 'decimal'
  | 'date'
  | 'timestamp'
  | 'boolean'
  | 'anyCase' // text that the database compares without regard to case
  | 'text'

const types: Readonly<Record<SourceKind, Readonly<Record<Type, string>>>> = {
  sqlite: {
    int: 'INTEGER',
    bigint: 'INTEGER',
    uuid: 'TEXT',
    decimal: 'TEXT', // numeric text: SQLite's own NUMERIC would be a float
    date: 'DATE',
    timestamp: 'DATETIME',
    boolean: 'INTEGER',
    anyCase: 'TEXT COLLATE NOCASE',
    text: 'TEXT',
  },
  postgresql: {
    int: 'integer',
    bigint: 'bigint',
    uuid: 'uuid',
    decimal: 'numeric(24,4)',
    date: 'date',
    timestamp: 'timestamp',
    boolean: 'boolean',
    anyCase: 'varchar(60)', // compares by case anyway
    text: 'varchar(60)',
  },
  mysql: {
    int: 'int',
    bigint: 'bigint',
    uuid: 'char(36)',
    decimal: 'decimal(24,4)',
    date: 'date',
    timestamp: 'datetime(6)',
    boolean: 'tinyint(1)',
    anyCase: 'varchar(60) collate utf8mb4_general_ci',
    text: 'varchar(60) collate utf8mb4_bin',
  },
}

interface Table {
  readonly columns: Readonly<Record<string, Type>>
  readonly key: readonly string[]
  readonly rows: readonly (readonly (string | number | boolean | null)[])[]
}

export const uuidOf = (at: number): string => `0000000${at}-aaaa-4bbb-8ccc-00000000000${at}`

/** Above 2^53. */
export const bigNo = '9007199254740993'
/** More digits than a float has. */
export const bigAmount = '12345678901234.5678'

export const tables: Readonly<Record<string, Table>> = {
  'Customer-Master': {
    key: ['id'],
    columns: {
      id: 'int',
      select: 'anyCase',
      'First Name': 'text',
      REGION: 'anyCase',
      limit: 'decimal',
      is_on: 'boolean',
      since: 'date',
      st: 'int',
      deleted: 'boolean',
    },
    rows: [
      [1, 'a1', 'Ana', 'n', '1000.5', true, '2020-01-31', 10, false],
      [2, 'A1', 'Bo', 'N', bigAmount, true, '2021-02-28', 20, false],
      [3, 'B2', 'ana', null, null, false, '2021-03-01', 10, false],
      [10, 'C3', 'Ça', 'S', '0', true, '2019-12-31', 21, false],
      [11, 'D4', 'Dee', 'S', '-5.25', false, '2021-12-31', 99, false],
      [12, 'E5', 'Eve', 'S', '7', true, '2022-01-01', 10, true],
    ],
  },
  order_head: {
    key: ['uid'],
    columns: {
      uid: 'uuid',
      cust: 'int',
      num: 'bigint',
      amount: 'decimal',
      placed: 'timestamp',
      due: 'date',
      kind: 'anyCase',
    },
    rows: [
      [uuidOf(1), 1, bigNo, '10.10', '2026-03-29 01:30:00', '2026-04-10', 'INV'],
      [uuidOf(2), 1, '9007199254740992', '20.20', '2026-03-29 03:30:00.250000', null, 'INV'],
      [uuidOf(3), 2, '3', bigAmount, '2026-07-01 00:00:00', '2026-04-10', 'CRN'],
      [uuidOf(4), 3, '4', bigAmount, '2026-12-31 23:59:59', '2026-04-09', 'INV'],
      [uuidOf(5), 3, '5', '0.0001', '2026-01-05 12:00:00', null, 'inv'],
      [uuidOf(6), 10, '6', '5', '2026-01-04 12:00:00', '2026-05-01', 'INV'],
    ],
  },
  'order-line': {
    key: ['uid', 'no'],
    columns: { uid: 'uuid', no: 'int', sku: 'anyCase', qty: 'decimal' },
    rows: [
      [uuidOf(1), 1, 'x', '1.5'],
      [uuidOf(1), 2, 'X', '2'],
      [uuidOf(3), 1, 'x', '3'],
      [uuidOf(6), 1, 'Y', '4'],
    ],
  },
}

const quote = (kind: SourceKind) => (name: string) =>
  kind === 'mysql' ? `\`${name}\`` : `"${name}"`

/** The statements that make and fill the tables. */
export function statementsFor(kind: SourceKind): readonly string[] {
  const quoted = quote(kind)
  return Object.entries(tables).flatMap(([name, { columns, key, rows }]) => {
    const names = Object.keys(columns)
    const definitions = names.map((column) => {
      const type = types[kind][columns[column] ?? 'text']
      return `${quoted(column)} ${type}${key.includes(column) ? ' NOT NULL' : ''}`
    })
    return [
      `CREATE TABLE ${quoted(name)} (${definitions.join(', ')}, PRIMARY KEY (${key.map(quoted).join(', ')}))`,
      `INSERT INTO ${quoted(name)} (${names.map(quoted).join(', ')}) VALUES ${rows
        .map((row) => `(${row.map((value) => literal(value, kind)).join(', ')})`)
        .join(', ')}`,
    ]
  })
}

function literal(value: string | number | boolean | null, kind: SourceKind): string {
  if (value === null) return 'NULL'
  if (typeof value === 'boolean')
    return kind === 'postgresql' ? String(value) : String(Number(value))
  return typeof value === 'number' ? String(value) : `'${value}'`
}
