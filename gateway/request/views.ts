/**
 * What each caller sees of a generation: the contract of its audience and its own file, with the questions prepared for
 * it kept apart from those of others.
 */
import type { Principal } from '#shared/principal.ts'
import { contractOf } from '../supergraph/contracts.ts'
import type { Generation } from '../supergraph/generation.ts'
import { createGraph, type Graph } from './execute.ts'
import type { PreparationOptions } from './prepare.ts'

export interface Views {
  of(principal: Principal): Graph
  /** The contracts that somebody has asked in. */
  all(): Iterable<Graph>
  /** Makes ready what another generation was asked most lately, for whom it was asked. */
  warm(from: Views): Promise<void>
}

/** What else the file of a partner excludes, by its subject. */
export type ExcludedTags = (subject: string) => readonly string[]

export function createViews(
  generation: Generation,
  options: PreparationOptions,
  excludedTagsOf: ExcludedTags = () => [],
): Views {
  const views = new Map<Generation, Graph>()
  const of: Views['of'] = ({ audience, subject }) => {
    const seen = contractOf(generation, audience, excludedTagsOf(subject))
    const known = views.get(seen)
    if (known !== undefined) return known
    // A contract shows all of itself, to everybody of its audience.
    const view = createGraph(
      seen,
      seen === generation ? options : { ...options, introspection: 'all' },
    )
    views.set(seen, view)
    return view
  }
  return {
    of,
    all: () => views.values(),
    warm: async (from) => {
      for (const { questions } of from.all()) {
        // What is kept together was asked in one contract.
        const [last] = questions.recent()
        if (last !== undefined) await of(last.principal).questions.warm(questions)
      }
    },
  }
}
