/**
 * Runs many graphs with their questions and counts: the verdicts, what was exercised, what was
 * refused. Each graph has a seed of its own, so that one that errs is found again by it alone.
 */
import * as fc from 'fast-check'
import { cases } from './arbitrary.ts'
import type { Case } from './case.ts'
import { check, loadGraph, type Verdict, type Wrong } from './check.ts'
import { features, featuresOf, type Feature } from './coverage.ts'
import { federated, type Ask } from './federated.ts'

/** Questions asked of each graph: composing and loading it costs more than several questions. */
export const questionsPerGraph = 8

export interface Found {
  /** The seed of the graph, and the case after shrinking. */
  readonly seed: number
  readonly shrunk: Case
  readonly wrong: Wrong
}

export interface Summary {
  readonly graphs: number
  readonly cases: number
  readonly discardedGraphs: number
  readonly discarded: number
  readonly right: number
  readonly refused: ReadonlyMap<string, number>
  readonly wrong: ReadonlyMap<string, number>
  readonly coverage: ReadonlyMap<Feature, number>
  /** One for each kind of fault. */
  readonly found: readonly Found[]
  /** Why graphs did not compose and questions had no right answer, with how often. */
  readonly reasons: ReadonlyMap<string, number>
  /** The graph whose questions took longest, nearly always to plan. */
  readonly slowest: { readonly seed: number; readonly milliseconds: number }
}

export interface RunOptions {
  readonly cases: number
  readonly seed: number
  /** Shrinks at most so many faults of one kind; 0 shrinks none. */
  readonly shrinkPerKind: number
  /** What answers; the gateway unless something else is told. */
  readonly ask?: Ask
  readonly onProgress?: (done: number, wrong: number) => void
}

export const caseOf = (seed: number): Case => {
  const [found] = fc.sample(cases(questionsPerGraph), { seed, numRuns: 1 })
  if (found === undefined) throw new RangeError('no case was drawn')
  return found
}

export async function run({
  cases: wanted,
  seed,
  shrinkPerKind,
  ask = federated,
  onProgress,
}: RunOptions): Promise<Summary> {
  const refused = new Map<string, number>()
  const wrongs = new Map<string, number>()
  const reasons = new Map<string, number>()
  const coverage = new Map<Feature, number>(features.map((feature) => [feature, 0]))
  const found: Found[] = []
  let slowest = { seed, milliseconds: 0 }
  const counts = { graphs: 0, cases: 0, discardedGraphs: 0, discarded: 0, right: 0 }
  while (counts.cases < wanted) {
    const own = seed + counts.graphs
    const drawn = caseOf(own)
    counts.graphs += 1
    const loaded = loadGraph(drawn.subgraphs)
    if ('kind' in loaded) {
      if (loaded.kind === 'discarded') {
        counts.discardedGraphs += 1
        count(reasons, loaded.reason.replaceAll(/"[^"]*"/g, '…').slice(0, 120))
      } else count(refused, loaded.code)
      // A generator that draws nothing but such graphs must not run for ever.
      if (counts.graphs > wanted * 2) throw new RangeError('nearly no graph composes')
      continue
    }
    const started = performance.now()
    const verdicts = await check(drawn, ask)
    const milliseconds = performance.now() - started
    if (milliseconds > slowest.milliseconds) slowest = { seed: own, milliseconds }
    for (const [at, verdict] of verdicts.entries()) {
      counts.cases += 1
      const question = drawn.questions[at]
      if (question !== undefined && 'asked' in verdict) {
        for (const feature of featuresOf(loaded.known, question, verdict.asked)) {
          count(coverage, feature)
        }
        if (verdict.kind === 'right' && verdict.isPartial) count(coverage, 'partial answer')
      }
      if (verdict.kind === 'discarded') {
        counts.discarded += 1
        count(reasons, verdict.reason.slice(0, 160))
      }
      if (verdict.kind === 'refused') count(refused, verdict.code)
      if (verdict.kind === 'right') counts.right += 1
      if (verdict.kind === 'wrong') {
        const kind = kindOf(verdict)
        count(wrongs, kind)
        if ((wrongs.get(kind) ?? 0) <= shrinkPerKind && question !== undefined) {
          found.push(
            await shrunk(
              own,
              { ...drawn, questions: [question] },
              { kind: verdict.fault.kind, ask },
            ),
          )
        }
      }
    }
    onProgress?.(counts.cases, sum(wrongs))
  }
  return { ...counts, refused, wrong: wrongs, coverage, found, reasons, slowest }
}

/** Faults while all subgraphs answer are other ones than faults while one fails. */
export const kindOf = ({ fault, question }: Wrong): string =>
  `${fault.kind}${question.failure === null ? '' : ' while a subgraph fails'}`

type FaultKind = Wrong['fault']['kind']

const wrongIn = (verdicts: readonly Verdict[], kind: FaultKind): Wrong | undefined =>
  verdicts.find((each): each is Wrong => each.kind === 'wrong' && each.fault.kind === kind)

/** The smallest case that fast-check finds with a fault of the same kind, without failure if it can. */
async function shrunk(
  seed: number,
  given: Case,
  { kind, ask }: { readonly kind: FaultKind; readonly ask: Ask },
): Promise<Found> {
  const details = await fc.check(
    fc.asyncProperty(cases(questionsPerGraph), async (each) => {
      const verdicts = await check(each, ask).catch(() => []) // a candidate may be no case at all
      return wrongIn(verdicts, kind) === undefined
    }),
    { seed, numRuns: 1, examples: [[given]] },
  )
  const smallest = details.counterexample?.[0] ?? given
  const wrong = wrongIn(await check(smallest, ask), kind)
  if (wrong === undefined) throw new TypeError(`seed ${seed} answers otherwise the second time`)
  return { seed, shrunk: smallest, wrong }
}

const count = <Name>(counts: Map<Name, number>, name: Name): void => {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

export const sum = (counts: ReadonlyMap<unknown, number>): number =>
  [...counts.values()].reduce((total, each) => total + each, 0)
