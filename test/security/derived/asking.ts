/** What is asked of a schema: every question with the keys of rows that it needs. */
import type { GraphQLObjectType, GraphQLSchema } from 'graphql'
import type { Graph } from '../../support/graph.ts'
import { keyedVariables, keyFinder, type Variables } from '../row-matrix/keys.ts'
import { notJudged, ofAMatch } from '../row-matrix/matrix.ts'
import type { Question } from '../row-matrix/questions.ts'
import type { SelectionOptions } from '../row-matrix/selection.ts'
import { argumentsWriter, argumentValues } from '../row-matrix/values.ts'

const ofAnotherRow =
  'the match finds another row there; what hangs on a customer is asked of customers'

/** As in the row matrix, but what a match left is asked: here the customers are matched first. */
export const notAsked: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(notJudged).filter(([, why]) => why !== ofAMatch)),
  'IdentityCandidate.customer': ofAnotherRow,
  'IdentityFinding.customer': ofAnotherRow,
}

export interface Asked {
  readonly question: Question
  readonly variables: Variables
}

/** All that a schema lets one ask. */
export type Asking = (schema: GraphQLSchema) => readonly Asked[]

/** With the keys of rows that questions need; made once for a schema. */
export function questioner(
  graph: Graph,
  questionsIn: (query: GraphQLObjectType, options: SelectionOptions) => readonly Question[],
): Asking {
  const made = new Map<GraphQLSchema, readonly Asked[]>()
  const find = keyFinder(graph, null)
  const write = argumentsWriter(argumentValues(graph))
  return (schema) => {
    const before = made.get(schema)
    if (before !== undefined) return before
    const query = schema.getQueryType() as GraphQLObjectType // every schema has one
    const asked = questionsIn(query, {
      schema,
      without: new Set(Object.keys(notAsked)),
      write,
    }).flatMap((question) =>
      keyedVariables(question, find).map((variables) => ({ question, variables })),
    )
    made.set(schema, asked)
    return asked
  }
}
