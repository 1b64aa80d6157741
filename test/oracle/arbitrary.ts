/** Cases as a fast-check arbitrary: drawn as a whole, shrunk by taking parts out. */
import { Arbitrary, Stream, Value, type Random } from 'fast-check'
import type { Case } from './case.ts'
import { generateCase } from './generate/case.ts'
import { drawFrom } from './generate/draw.ts'
import { smaller } from './shrink.ts'

class CaseArbitrary extends Arbitrary<Case> {
  readonly #questionsPerGraph: number

  constructor(questionsPerGraph: number) {
    super()
    this.#questionsPerGraph = questionsPerGraph
  }

  override generate(random: Random): Value<Case> {
    return new Value(generateCase(drawFrom(random), this.#questionsPerGraph), 0)
  }

  override canShrinkWithoutContext(value: unknown): value is Case {
    return typeof value === 'object' && value !== null && 'questions' in value
  }

  /** The context is where to go on: what could not be taken out before is tried again last. */
  override shrink(value: Case, context: unknown): Stream<Value<Case>> {
    const start = typeof context === 'number' ? context : 0
    return new Stream(
      (function* candidates() {
        for (const { candidate, at } of smaller(value, start)) yield new Value(candidate, at)
      })(),
    )
  }
}

/** Half of the questions of a graph are asked while one of its subgraphs fails. */
export const cases = (questionsPerGraph: number): Arbitrary<Case> =>
  new CaseArbitrary(questionsPerGraph)
