/** A random case: a graph, its data, and questions of which some are asked while a subgraph fails. */
import type { Case, Failure, Question } from '../case.ts'
import { loadGraph } from '../check.ts'
import type { Catalogue } from '../catalogue.ts'
import { generateData } from './data.ts'
import type { Draw } from './draw.ts'
import { generateSubgraphs } from './graph.ts'
import { generateQuestion } from './operation.ts'

/** A graph that does not compose has no questions; it is told apart by that. */
export function generateCase(draw: Draw, questionsPerGraph: number): Case {
  const subgraphs = generateSubgraphs(draw)
  const loaded = loadGraph(subgraphs)
  if ('kind' in loaded) return { subgraphs, data: {}, questions: [] }
  const data = generateData(draw, loaded.known)
  const questions = Array.from({ length: questionsPerGraph }, (_, at): Question => {
    const question = generateQuestion(draw, loaded.apiSchema)
    return { ...question, failure: at % 2 === 0 ? null : failureIn(draw, loaded.known) }
  })
  return { subgraphs, data, questions }
}

function failureIn(draw: Draw, known: Catalogue): Failure {
  const subgraph = draw.pick([...known.documents.keys()])
  const kind = draw.pick([
    'REJECTS', 'REJECTS_ENTITIES', 'NULL_DATA', 'ERRORS_ONLY', 'FIELD_THROWS', 'FIELD_THROWS',
  ] as const) // prettier-ignore
  if (kind !== 'FIELD_THROWS') return { subgraph, kind }
  const fields = [...(known.declared.get(subgraph)?.values() ?? [])].flatMap((type) =>
    type.kind === 'object' ? [...type.fields.keys()].map((field) => `${type.name}.${field}`) : [],
  )
  return { subgraph, kind, field: draw.pick(fields) }
}
