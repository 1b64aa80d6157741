/** What the oracle prints: a summary, and each wrong answer as a script that stands for itself. */
import { features } from './coverage.ts'
import type { Found, Summary } from './run.ts'
import { sum } from './run.ts'

export function summaryText(summary: Summary): string {
  const { slowest } = summary
  const { graphs, cases, discardedGraphs, discarded, right, refused, wrong, coverage, reasons } =
    summary
  const share = (part: number, all: number) => `${((100 * part) / Math.max(1, all)).toFixed(1)} %`
  return [
    `${graphs} graphs, ${cases} cases`,
    `discarded: ${discardedGraphs} graphs that do not compose (${share(discardedGraphs, graphs)}), ${discarded} questions (${share(discarded, cases)})`,
    ...[...reasons].map(([reason, count]) => `  ${count} × ${reason}`),
    `right: ${right}`,
    `refused: ${sum(refused)} (${share(sum(refused), cases)})`,
    ...[...refused].map(([code, count]) => `  ${count} × ${code}`),
    `wrong: ${sum(wrong)}`,
    ...[...wrong].map(([kind, count]) => `  ${count} × ${kind}`),
    `slowest graph: seed ${slowest.seed}, ${Math.round(slowest.milliseconds)} ms`,
    'exercised, in cases:',
    ...features.map((feature) => `  ${String(coverage.get(feature) ?? 0).padStart(6)}  ${feature}`),
  ].join('\n')
}

/** Everything that is needed to see the fault, without the generator. */
export function foundText({ seed, shrunk, wrong }: Found): string {
  const { fault, question, right, outcome, asked, complaints } = wrong
  const json = (value: unknown) => JSON.stringify(value, null, 2)
  return [
    `=== ${fault.kind} at ${JSON.stringify(fault.at)}: ${fault.detail}`,
    `replay: npm run oracle -- --cases 1 --seed ${seed}`,
    ...Object.entries(shrunk.subgraphs).map(([name, sdl]) => `--- subgraph ${name}\n${sdl}`),
    `--- data\n${Object.entries(shrunk.data)
      .map(([name, object]) => `${name}: ${JSON.stringify(object)}`)
      .join('\n')}`,
    `--- operation\n${question.operation}`,
    `--- variables\n${JSON.stringify(question.variables)}`,
    ...(question.failure === null ? [] : [`--- failure\n${JSON.stringify(question.failure)}`]),
    `--- requests to subgraphs\n${asked
      .map(
        ({ subgraph, query, variables }) =>
          `${subgraph}: ${query.replaceAll(/\s+/g, ' ')} ${JSON.stringify(variables)}`,
      )
      .join('\n')}`,
    ...(complaints.length === 0 ? [] : [`--- complaints\n${complaints.join('\n')}`]),
    `--- right answer\n${json(right)}`,
    `--- the gateway's\n${'crashed' in outcome ? outcome.crashed : json(outcome)}`,
  ].join('\n')
}
