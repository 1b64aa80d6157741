/**
 * One operation by our executor and by graphql-js over the same subgraph: what each answers, and the
 * statements each takes.
 */
import assert from 'node:assert/strict'
import { execute, parse, type DocumentNode, type ExecutionResult } from 'graphql'
import type { OpenSubgraph } from '#shared/open.ts'
import type { Principal } from '#shared/principal.ts'
import { anyone } from '../../../support/subgraph-fixture.ts'

export interface Operation {
  readonly document: DocumentNode | string
  readonly variables?: Readonly<Record<string, unknown>>
  readonly principal?: Principal
}

export interface Answer {
  readonly result: ExecutionResult
  readonly statements: number
}

export interface Answers {
  readonly ours: Answer
  readonly theirs: Answer
}

/** Runs both and asserts that they answer the same. */
export async function sameAnswers(
  subgraph: OpenSubgraph,
  { document: given, variables = {}, principal = anyone }: Operation,
): Promise<Answers> {
  const document = typeof given === 'string' ? parse(given) : given
  const signal = new AbortController().signal
  const counted = async (run: (onStatement: () => void) => unknown): Promise<Answer> => {
    let statements = 0
    const result = await run(() => (statements += 1))
    return { result: result as ExecutionResult, statements } // both say what an execution says
  }
  const ours = await counted((onStatement) =>
    subgraph.execute({ document, variables, principal, signal, onStatement }),
  )
  const theirs = await counted(async (onStatement) => {
    const result = await execute({
      schema: subgraph.schema,
      document,
      variableValues: variables,
      contextValue: subgraph.contextFor({ principal, signal, onStatement }),
    })
    return result.errors === undefined
      ? result
      : { ...result, errors: result.errors.map((error) => subgraph.mask(error)) }
  })
  // As text: the order of the fields is part of the answer.
  assert.equal(JSON.stringify(ours.result.data), JSON.stringify(theirs.result.data))
  assert.deepEqual(errorsOf(ours.result), errorsOf(theirs.result))
  assert.ok(
    ours.statements <= theirs.statements,
    `${ours.statements} statements instead of ${theirs.statements}`,
  )
  return { ours, theirs }
}

/** The errors as a set: their order is not part of the answer. */
export const errorsOf = ({ errors = [] }: ExecutionResult): readonly string[] =>
  errors
    .map(({ path, message, extensions, locations }) =>
      JSON.stringify({ path, message, extensions, locations }),
    )
    .toSorted()
