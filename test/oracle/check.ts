/**
 * Runs a case: composes it, asks the gateway and the single schema the same questions, and says of
 * each whether the answer is right.
 */
import { parse, validate, type ExecutionResult, type GraphQLSchema } from 'graphql'
import type { Graph } from '../../gateway/request/execute.ts'
import type { Case, Data, Question, Stored, Subgraphs } from './case.ts'
import { catalogue, namedType, possibleIn, type Catalogue } from './catalogue.ts'
import { differsFrom, isNoPartOf, type Fault } from './compare.ts'
import { compose, federated, load, outcomeOf, type Ask, type Outcome } from './federated.ts'
import { truth } from './one-schema.ts'
import { oracleSubgraph, type Asked, type Notes } from './subgraph.ts'
import type { Whole } from './store.ts'

export type Verdict =
  /** Not a case: the schemas do not compose, or the question is not valid. */
  | { readonly kind: 'discarded'; readonly reason: string }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'right'; readonly asked: readonly Asked[]; readonly isPartial: boolean }
  | {
      readonly kind: 'wrong'
      readonly question: Question
      readonly fault: Fault
      readonly right: ExecutionResult
      readonly outcome: Outcome
      readonly asked: readonly Asked[]
      readonly complaints: readonly string[]
    }

export type Wrong = Extract<Verdict, { kind: 'wrong' }>

/** A graph that composed and was loaded. */
export interface Loaded {
  readonly known: Catalogue
  readonly graph: Graph
  readonly apiSchema: GraphQLSchema
}

export type NotLoaded = Extract<Verdict, { kind: 'discarded' | 'refused' }>

/** The same schemas are loaded once: by who draws questions, and for every smaller question. */
const loadedGraphs = new WeakMap<Subgraphs, Loaded | NotLoaded>()

/** The loaded graph, or why there is none. */
export function loadGraph(subgraphs: Subgraphs): Loaded | NotLoaded {
  const found = loadedGraphs.get(subgraphs) ?? composeAndLoad(subgraphs)
  loadedGraphs.set(subgraphs, found)
  return found
}

function composeAndLoad(subgraphs: Subgraphs): Loaded | NotLoaded {
  const known = catalogue(subgraphs)
  const senseless = unresolvable(known)
  if (senseless !== null) return { kind: 'discarded', reason: senseless }
  const composed = compose(known)
  if ('problems' in composed) {
    return { kind: 'discarded', reason: composed.problems[0] ?? 'no reason' }
  }
  try {
    const graph = load(composed.supergraphSdl)
    return { known, graph, apiSchema: graph.generation.apiSchema }
  } catch (error) {
    const outcome = outcomeOf(error)
    if ('refused' in outcome) {
      return { kind: 'refused', code: outcome.refused, message: outcome.message }
    }
    throw error
  }
}

/** A field that requires something needs a key by which it can be asked for; composition does not say so. */
function unresolvable({ declared }: Catalogue): string | null {
  for (const types of declared.values()) {
    for (const { name, fields, keys } of types.values()) {
      const requires = [...fields.values()].some((field) => field.requires !== null)
      if (requires && !keys.some(({ resolvable }) => resolvable)) return `${name} has no key`
    }
  }
  return null
}

/**
 * A value that a subgraph which resolves it could not answer, because it does not have its type. The
 * generator draws none, but schemas that are made smaller lose members of unions.
 */
function unanswerable(known: Catalogue, data: Data): string | null {
  for (const { type, fields } of Object.values(data)) {
    for (const [field, value] of Object.entries(fields)) {
      for (const { subgraph, declared } of known.resolvers(type, field)) {
        const target = known.declared.get(subgraph)?.get(namedType(declared.type))
        if (target === undefined) continue // a leaf
        const possible = possibleIn(known, subgraph, target)
        const other = referredTo(value).find((name) => !possible.includes(data[name]?.type ?? ''))
        if (other !== undefined) return `${subgraph} cannot answer ${other} in ${type}.${field}`
      }
    }
  }
  return null
}

/** The names of the objects in a value. */
function referredTo(value: Stored): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((each: Stored) => referredTo(each))
  if ('ref' in value) return [value.ref]
  return 'any' in value ? value.any.flatMap(referredTo) : []
}

/** One verdict for each question; a single one when the graph itself is no case. */
export async function check(given: Case, ask: Ask = federated): Promise<readonly Verdict[]> {
  const loaded = loadGraph(given.subgraphs)
  if ('kind' in loaded) return [loaded]
  const senseless = unanswerable(loaded.known, given.data)
  if (senseless !== null) return [{ kind: 'discarded', reason: senseless }]
  return checkLoaded(loaded, given, ask)
}

async function checkLoaded(
  { known, graph, apiSchema }: Loaded,
  { data, questions }: Case,
  ask: Ask,
): Promise<readonly Verdict[]> {
  const whole: Whole = { data, catalogue: known, schema: graph.generation.supergraphSchema }
  const subgraphs = [...known.documents.keys()].map(
    (name) => [name, oracleSubgraph({ name, known, data })] as const,
  )
  const verdicts: Verdict[] = []
  for (const question of questions) {
    verdicts.push(await judge(question))
  }
  return verdicts

  async function judge(question: Question): Promise<Verdict> {
    const problems = problemsOf(apiSchema, question.operation)
    if (problems !== null) return { kind: 'discarded', reason: problems }
    const right = truth(whole, apiSchema, question)
    if (right.answer.errors !== undefined) {
      return { kind: 'discarded', reason: right.answer.errors[0]?.message ?? 'no right answer' }
    }
    const notes: Notes = { asked: [], complaints: [] }
    const sources = new Map(
      subgraphs.map(([name, subgraph]) => [name, subgraph.source(question.failure, notes)]),
    )
    const outcome = await ask(graph, sources, question)
    if ('refused' in outcome) {
      return { kind: 'refused', code: outcome.refused, message: outcome.message }
    }
    const fault = faultOf(outcome)
    return fault === null
      ? {
          kind: 'right',
          asked: notes.asked,
          isPartial: 'answer' in outcome && outcome.answer.errors !== undefined,
        }
      : { kind: 'wrong', question, fault, right: right.answer, outcome, ...notes }

    function faultOf(given: Exclude<Outcome, { refused: string }>): Fault | null {
      if ('crashed' in given) return { kind: 'CRASH', at: [], detail: given.crashed }
      const hasFailed = question.failure !== null
      const found = hasFailed ? isNoPartOf(right, given.answer) : differsFrom(right, given.answer)
      // With a failure, what was asked for in vain is an error like any other.
      if (found !== null || hasFailed) return found
      const [complaint] = notes.complaints
      return complaint === undefined ? null : { kind: 'COMPLAINT', at: [], detail: complaint }
    }
  }
}

function problemsOf(schema: GraphQLSchema, operation: string): string | null {
  try {
    return validate(schema, parse(operation))[0]?.message ?? null
  } catch (error) {
    return String(error) // no GraphQL
  }
}
