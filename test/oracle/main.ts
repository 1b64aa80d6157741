/**
 * `npm run oracle -- --cases N [--seed S]`: random graphs and operations, the gateway's answers
 * compared with those of graphql-js over one schema. Exits 1 when an answer is wrong.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { apollo } from './apollo.ts'
import type { KeptCase } from './case.ts'
import { federated } from './federated.ts'
import { foundText, summaryText } from './report.ts'
import { run, sum, type Found } from './run.ts'

const wholeNumber = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError(`"${text}" is not a whole number.`)
  return Number(text)
}

interface Options {
  readonly cases: number
  readonly seed: number
  readonly shrink: number
  readonly save?: string
}

const { cases, seed, shrink, save } = new Command('oracle')
  .description(
    'Asks random questions of random federated graphs and compares each answer with the one that graphql-js gives over one schema with all data. A case is one question.',
  )
  .option('--cases <number>', 'how many cases are run', wholeNumber, 500)
  .option('--seed <number>', 'seed of the first graph', wholeNumber, Date.now() % 1_000_000_000)
  .option('--shrink <number>', 'faults of each kind that are made small and shown', wholeNumber, 1)
  .option('--save <folder>', 'keeps each of these as a JSON file that the tests can replay')
  .parse()
  .opts<Options>()

const executor = process.env['ISTHMUS_EXECUTOR'] ?? 'isthmus'
const ask = { isthmus: federated, apollo }[executor]
if (ask === undefined) {
  process.stderr.write(`ISTHMUS_EXECUTOR: "${executor}" is none of isthmus, apollo\n`)
  process.exit(2)
}

process.stdout.write(`seed ${seed}, answered by ${executor}\n`)
const isTerminal = process.stderr.isTTY
const summary = await run({
  cases,
  seed,
  shrinkPerKind: shrink,
  ask,
  onProgress: (done, wrong) => {
    if (isTerminal) process.stderr.write(`\r${done} of ${cases} cases, ${wrong} wrong `)
  },
})
if (isTerminal) process.stderr.write('\r\u001B[K')
for (const found of summary.found) process.stdout.write(`${foundText(found)}\n\n`)
if (save !== undefined) summary.found.forEach((found) => keep(save, found))
process.stdout.write(`${summaryText(summary)}\n`)
process.exitCode = sum(summary.wrong) > 0 ? 1 : 0

function keep(folder: string, { seed: own, shrunk, wrong }: Found): void {
  mkdirSync(folder, { recursive: true })
  const name = `${wrong.fault.kind.toLowerCase().replaceAll('_', '-')}-${own}.json`
  const file: KeptCase = { title: wrong.fault.detail, fault: wrong.fault.kind, ...shrunk }
  writeFileSync(join(folder, name), `${JSON.stringify(file, null, 2)}\n`)
}
