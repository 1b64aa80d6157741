/**
 * Fetches of entities that a plan makes at the same time from one system, asked in one request: each
 * is an `_entities` of its own name in it. Who asks does not notice.
 */
import type { FetchNode } from '@apollo/query-planner'
import {
  Kind,
  OperationTypeNode,
  parse,
  print,
  stripIgnoredCharacters,
  visit,
  type DocumentNode,
  type GraphQLError,
  type SelectionNode,
  type VariableDefinitionNode,
} from 'graphql'
import type { NeededScopes } from '../supergraph/needed-scopes.ts'
import { createQuestion, type Question } from './question.ts'
import { withPath, type Run } from './run.ts'
import { send, type Answer } from './send.ts'

/** The variable of a plan's operation that carries the representations. */
export const representations = 'representations'

/** Asks a system for entities, given as representations in JSON. */
export type AskEntities = (run: Run, texts: readonly string[]) => Promise<Answer>

/** What one fetch asks by itself. */
export function alone(node: FetchNode, neededScopes: NeededScopes): AskEntities {
  const question = questionOf(node, neededScopes)
  return (run, texts) => send(run, node.serviceName, question, new Map([[representations, texts]]))
}

const questionOf = (node: FetchNode, neededScopes: NeededScopes): Question =>
  createQuestion(
    node.operation,
    node.operationName,
    (node.variableUsages ?? []).filter((name) => name !== representations),
    neededScopes([node]),
  )

interface Waiting {
  readonly part: number
  readonly texts: readonly string[]
  readonly resolve: (answer: Answer | Promise<Answer>) => void
}

/** One way to ask for each of the fetches; what is asked in the same turn goes together. */
export function together(
  nodes: readonly FetchNode[],
  neededScopes: NeededScopes,
): readonly AskEntities[] {
  const [first] = nodes
  if (first === undefined) return []
  const own = nodes.map((node) => alone(node, neededScopes))
  const joined = new Map<string, Question>()
  const joinedFor = (parts: readonly number[]): Question => {
    const key = parts.join()
    const known = joined.get(key)
    if (known !== undefined) return known
    const made = joinedQuestion(
      parts.flatMap((part) => nodes[part] ?? []),
      parts,
      neededScopes,
    )
    joined.set(key, made)
    return made
  }
  const waitingIn = new WeakMap<Run, Waiting[]>()

  const flush = (run: Run): void => {
    const waiting = waitingIn.get(run) ?? []
    waitingIn.delete(run)
    const [one] = waiting
    const parts = waiting.map(({ part }) => part)
    if (one === undefined) return
    if (waiting.length === 1 || new Set(parts).size < parts.length) {
      for (const { part, texts, resolve } of waiting) {
        const ask = own[part]
        if (ask !== undefined) resolve(ask(run, texts))
      }
      return
    }
    const texts = new Map(waiting.map((each) => [variableOf(each.part), each.texts]))
    const answer = send(run, first.serviceName, joinedFor(parts), texts)
    for (const { part, resolve } of waiting) resolve(answer.then((all) => partOf(all, part, parts)))
  }
  return nodes.map(
    (_, part): AskEntities =>
      (run, texts) =>
        new Promise((resolve) => {
          const waiting = waitingIn.get(run)
          if (waiting !== undefined) {
            waiting.push({ part, texts, resolve })
            return
          }
          waitingIn.set(run, [{ part, texts, resolve }])
          queueMicrotask(() => flush(run))
        }),
  )
}

const aliasOf = (part: number): string => `part${part}`
const variableOf = (part: number): string => `isthmus_${representations}_${part}`

function joinedQuestion(
  nodes: readonly FetchNode[],
  parts: readonly number[],
  neededScopes: NeededScopes,
): Question {
  const variables = new Map<string, VariableDefinitionNode>()
  const selections: SelectionNode[] = []
  for (const [at, node] of nodes.entries()) {
    const part = parts[at] ?? at
    const [operation] = named(parse(node.operation, { noLocation: true }), part).definitions
    if (operation?.kind !== Kind.OPERATION_DEFINITION) continue
    for (const each of operation.variableDefinitions ?? []) {
      variables.set(each.variable.name.value, each)
    }
    selections.push(...operation.selectionSet.selections)
  }
  const [first] = nodes
  const operationName = first?.operationName
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        kind: Kind.OPERATION_DEFINITION,
        operation: OperationTypeNode.QUERY,
        ...(operationName === undefined
          ? {}
          : { name: { kind: Kind.NAME, value: operationName } as const }),
        variableDefinitions: [...variables.values()],
        selectionSet: { kind: Kind.SELECTION_SET, selections },
      },
    ],
  }
  const passed = new Set(nodes.flatMap(({ variableUsages = [] }) => variableUsages))
  passed.delete(representations)
  return createQuestion(
    stripIgnoredCharacters(print(document)),
    operationName,
    [...passed],
    neededScopes(nodes),
  )
}

/** The operation with names of its own for `_entities` and its representations. */
const named = (document: DocumentNode, part: number): DocumentNode =>
  visit(document, {
    Variable: (node) =>
      node.name.value === representations
        ? { ...node, name: { ...node.name, value: variableOf(part) } }
        : undefined,
    Field: (node) =>
      node.name.value === '_entities'
        ? { ...node, alias: { kind: Kind.NAME, value: aliasOf(part) } }
        : undefined,
  })

/** What of an answer belongs to one of the fetches. */
function partOf({ data, errors, ...rest }: Answer, part: number, parts: readonly number[]): Answer {
  const alias = aliasOf(part)
  const others = new Set<unknown>(parts.filter((each) => each !== part).map(aliasOf))
  const isOthers = ({ path }: GraphQLError) => others.has(path?.[0])
  const own = errors
    .filter((error) => !isOthers(error))
    .map((error) =>
      error.path?.[0] === alias ? withPath(error, ['_entities', ...error.path.slice(1)]) : error,
    )
  // An error of one that took everything with it is the reason of all.
  const reasons = own.length > 0 || data !== null ? own : errors.map((error) => withPath(error, []))
  return { ...rest, data: data === null ? null : { _entities: data[alias] }, errors: reasons }
}
