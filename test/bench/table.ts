/** The result for readers: one table a question, with ratios of CPU time to those that matter. */
import type { Row } from './targets.ts'

const compared = ['apollo', 'hive-rust', 'hand'] as const

export function tableOf(rows: readonly Row[]): string {
  const questions = [...new Set(rows.map(({ question }) => question))]
  return questions
    .map((question) => questionTable(rows.filter((row) => row.question === question)))
    .join('\n\n')
}

function questionTable(rows: readonly Row[]): string {
  const cpuOf = (name: string) => rows.find(({ contestant }) => contestant === name)?.cpuMs
  const others = compared.filter((name) => cpuOf(name) !== undefined)
  const head = [
    rows[0]?.question ?? '',
    'CPU ms',
    'req/s',
    'p50 ms',
    'p99 ms',
    'RSS MB',
    ...others.map((name) => `× ${name}`),
  ]
  const lines = rows.map((row) => [
    row.contestant,
    row.cpuMs.toFixed(3),
    row.rps.toFixed(0),
    row.p50.toFixed(2),
    row.p99.toFixed(2),
    row.rssMb.toFixed(0),
    ...others.map((name) => (row.cpuMs / (cpuOf(name) ?? NaN)).toFixed(2)),
  ])
  return aligned([head, ...lines])
}

/** Lines of cells as text, in columns; the first column begins at the left. */
export function aligned(all: readonly (readonly string[])[]): string {
  const widths = (all[0] ?? []).map((_, column) =>
    Math.max(...all.map((line) => line[column]?.length ?? 0)),
  )
  return all
    .map((line) =>
      line
        .map((cell, column) => {
          const width = widths[column] ?? 0
          return column === 0 ? cell.padEnd(width) : cell.padStart(width)
        })
        .join('  '),
    )
    .join('\n')
}
