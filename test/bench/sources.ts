/**
 * `npm run bench:sources [-- --quick] [--only sqlite,postgresql,mysql]`: mapped relations beside SQL
 * written by hand, on the same server and through the same driver. Rounds alternate; medians and ratios
 * are printed. Exits 1 when a late page takes more than twice as long as the first, a list of 1,000 rows
 * more than 1.5 times as long as by hand, a look-up by key reads a whole table, or the question about one
 * customer sends more than 12 statements.
 * Servers are named by ISTHMUS_TEST_POSTGRES_URL and ISTHMUS_TEST_MYSQL_URL.
 */
import { sourceKinds, type SourceKind } from '../../subgraphs/shared/sources/connection.ts'
import { benchmark, quick, someOf, type QuickOption } from './options.ts'
import { customerHead, measureCustomer } from './sources/customer.ts'
import { measureRows, rowsHead } from './sources/rows.ts'
import type { Measured } from './sources/timed.ts'
import { aligned } from './table.ts'

const { only: kinds, quick: isQuick = false } = benchmark(
  'bench:sources',
  'Mapped relations beside SQL written by hand, on the same server and through the same driver.',
)
  .addOption(quick())
  .addOption(someOf('--only', 'databases', sourceKinds))
  .parse()
  .opts<QuickOption & { readonly only: readonly SourceKind[] }>()

const size = isQuick ? { rowCount: 200_000, rounds: 5 } : { rowCount: 2_000_000, rounds: 25 }
const asked = { rounds: isQuick ? 50 : 500 }

const problems: string[] = []
async function printed(
  head: readonly string[],
  measure: (kind: SourceKind) => Promise<Measured>,
): Promise<void> {
  const lines: (readonly string[])[] = []
  for (const kind of kinds) {
    const { cells, problems: missed } = await measure(kind)
    lines.push(cells)
    problems.push(...missed)
  }
  console.log(`${aligned([head, ...lines])}\n`)
}

await printed(rowsHead(size), (kind) => measureRows(kind, size))
await printed(customerHead, (kind) => measureCustomer(kind, asked))
for (const problem of problems) console.error(`missed: ${problem}`)
if (problems.length > 0) process.exitCode = 1
