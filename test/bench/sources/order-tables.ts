/** Orders as somebody else keeps them: other names, codes, and what is wanted over a join. */
import type { SourceKind } from '../../../subgraphs/shared/sources/connection.ts'

const customerCount = 20_000

const tables = [
  'CREATE TABLE kunde (nr integer PRIMARY KEY, firma varchar(60) NOT NULL)',
  `CREATE TABLE auftrag (nr integer PRIMARY KEY, kunde_nr integer NOT NULL, datum date NOT NULL,
     stand char(1) NOT NULL, netto decimal(18,2) NOT NULL)`,
]
const indexes = [
  'CREATE INDEX auftrag_datum ON auftrag (datum, nr)',
  'CREATE INDEX auftrag_kunde ON auftrag (kunde_nr)',
]

/** Some 250 orders a day, in no order of their numbers. */
const values = (
  days: number,
): Readonly<Record<SourceKind, { series: (most: number) => string; day: string }>> => ({
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
})

/** Statements that make the orders. */
export const filled = (kind: SourceKind, rowCount: number): readonly string[] => {
  const { series, day } = values(Math.ceil(rowCount / 250))[kind]
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
