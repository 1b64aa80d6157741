/** A random case: a graph, its data, and questions of which some are asked while a subgraph fails. */
import { Kind } from 'graphql'
import type { Case, Failure, Question } from '../case.ts'
import { loadGraph } from '../check.ts'
import { namedType, type Catalogue, type Declared } from '../catalogue.ts'
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
    'REJECTS', 'REJECTS', 'REJECTS_ENTITIES', 'NULL_DATA', 'ERRORS_ONLY', 'SHORT_ENTITIES',
    'FIELD_THROWS', 'FIELD_THROWS', 'FIELD_THROWS', 'WRONG_SHAPE', 'NULL_FOR_NON_NULL',
  ] as const) // prettier-ignore
  if (kind !== 'FIELD_THROWS' && kind !== 'WRONG_SHAPE' && kind !== 'NULL_FOR_NON_NULL') {
    return { subgraph, kind }
  }
  const fields = [...(known.declared.get(subgraph)?.values() ?? [])].flatMap((type) =>
    type.kind === 'object'
      ? [...type.fields.values()].flatMap((field) =>
          canFail(field, kind) ? [`${type.name}.${field.name}`] : [],
        )
      : [],
  )
  const field = draw.maybe(fields)
  return field === undefined ? { subgraph, kind: 'REJECTS' } : { subgraph, kind, field }
}

const builtIn: readonly string[] = ['String', 'Int', 'Float', 'Boolean', 'ID']

function canFail({ type }: Declared, kind: 'FIELD_THROWS' | 'WRONG_SHAPE' | 'NULL_FOR_NON_NULL') {
  if (kind === 'NULL_FOR_NON_NULL') return type.kind === Kind.NON_NULL_TYPE
  return kind === 'FIELD_THROWS' || builtIn.includes(namedType(type))
}
