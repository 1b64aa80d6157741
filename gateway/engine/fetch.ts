/**
 * A fetch of the plan as a function: ask one system, put its answer into the tree, and give each
 * error the path of every place it concerns. What the system did not give leaves an error at each
 * field it owed, or a null where it rightly knows nothing.
 */
import type { FetchNode } from '@apollo/query-planner'
import { GraphQLError } from 'graphql'
import { isOfField } from '../request/not-mapped.ts'
import { askedFields, type AskedFields } from './asked.ts'
import { alone, type AskEntities } from './join.ts'
import { copy, take } from './merge.ts'
import { collect, pathsOfPlaces } from './places.ts'
import { createQuestion } from './question.ts'
import { compileRepresentations, place, type Batch } from './representations.ts'
import { compileRewrites, rewrittenPath } from './rewrites.ts'
import { isRaw, lack, owe, raise, unsay, withPath, type Path, type Raw, type Run } from './run.ts'
import { invalid, send, type Answer } from './send.ts'
import type { Compiling, Step } from './step.ts'

/** Errors of one fetch that get a path of their own; the answer shows fewer. */
const maxErrors = 100

/**
 * The errors that are told on. What a system does not have is told of every row, however many: it is
 * one error to the client, which says of how many rows (`request/not-mapped.ts`).
 */
function toldOf(errors: readonly GraphQLError[]): readonly GraphQLError[] {
  if (errors.length <= maxErrors) return errors
  let told = 0
  return errors.filter((error) => isOfField(error) || (told += 1) <= maxErrors)
}

/** Entities of one request to a system; more are asked for in several at once. */
const maxEntities = 2_000

/** A fetch at a place of the tree. */
interface Fetch {
  readonly node: FetchNode
  readonly path: readonly string[]
  readonly asked: AskedFields
}

/** `askEntities` is how the system is asked when the fetch is about entities. */
export const compileFetch = (
  node: FetchNode,
  path: readonly string[],
  { askEntities, ...compiling }: Compiling & { readonly askEntities?: AskEntities },
): Step =>
  node.requires === undefined
    ? rootFetch(node, path, compiling)
    : entityFetch(node, path, {
        ...compiling,
        askEntities: askEntities ?? alone(node, compiling.neededScopes),
      })

function rootFetch(
  node: FetchNode,
  path: readonly string[],
  { types, neededScopes }: Compiling,
): Step {
  const fetch: Fetch = { node, path, asked: askedFields(node, types) }
  const question = createQuestion(
    node.operation,
    node.operationName,
    node.variableUsages ?? [],
    neededScopes([node]),
  )
  const rewrite = compileRewrites(node.outputRewrites, types)
  const nothing = new Map<string, readonly string[]>()
  return async (run) => {
    const targets = collect(run.data, path)
    if (targets.length === 0) return
    const { data, errors } = await send(run, node.serviceName, question, nothing)
    const places = pathsOfPlaces(run.data, path)
    if (data === null) {
      reportAll(run, fetch, { error: errors[0], at: places.map((each) => ({ path: each })) })
      return
    }
    const answered = data as Raw // the system's own object, which nobody else holds
    rewrite?.(answered)
    for (const [index, target] of targets.entries()) {
      take(target, index === 0 ? answered : copy(answered), { names: fetch.asked.taken, types })
    }
    for (const error of toldOf(errors)) {
      const said = rewrittenPath(error.path ?? [], node.outputRewrites)
      const isOfAField = fetch.asked.taken.some((name) => name === said[0])
      const inner = isOfAField ? said : fetch.asked.namesOf().slice(0, 1)
      for (const before of places) raise(run, error, [...before, ...inner])
    }
  }
}

function entityFetch(
  node: FetchNode,
  path: readonly string[],
  { askEntities, ...compiling }: Compiling & { readonly askEntities: AskEntities },
): Step {
  const { types, keys } = compiling
  const fetch: Fetch = { node, path, asked: askedFields(node, types) }
  const represent = compileRepresentations({ node, keys, types })
  const rewrite = compileRewrites(node.outputRewrites, types)
  const isWrittenBelow = compiling.isWrittenBelow(path)
  /** `only` are the entities that are asked for; whether anything was asked. */
  const ask = async (run: Run, only: ReadonlySet<Raw> | null): Promise<boolean> => {
    const entities = collect(run.data, path)
    const batch = represent(entities, only)
    const early = leaveOut(run, fetch, { entities, batch })
    if (early.size > 0 && run.errors.length === 0) run.postponed.push(() => ask(run, early))
    if (batch.texts.length === 0) return false
    const answers = await Promise.all(
      chunks(batch.texts, maxEntities).map((texts) => askEntities(run, texts)),
    )
    for (const [chunk, answer] of answers.entries()) {
      takeIn({ answer, from: chunk * maxEntities })
    }
    return true

    function takeIn({ answer, from }: { answer: Answer; from: number }): void {
      const to = Math.min(from + maxEntities, batch.texts.length)
      const received = receivedOf(answer, to - from)
      if (received instanceof GraphQLError) {
        reportAll(run, fetch, {
          error: received,
          at: placesOf(run, fetch, batch, entities, from, to),
        })
        return
      }
      const taken = new Set<number>()
      const broken: number[] = []
      for (const [index, at] of batch.places.entries()) {
        const entity = entities[index]
        if (at < from || at >= to || entity === undefined) continue
        const value: unknown = received[at - from]
        if (isRaw(value)) {
          if (!taken.has(at)) rewrite?.(value)
          // Later fetches write into each place apart; otherwise places may share what is below.
          take(entity, isWrittenBelow && taken.has(at) ? copy(value) : value, {
            names: fetch.asked.taken,
            types,
          })
          taken.add(at)
        } else if (value === null) nullFields(entity, fetch)
        else broken.push(at)
      }
      const paths = once(() => pathsOfPlaces(run.data, path))
      const places = once(() => Map.groupBy(batch.places.keys(), (index) => batch.places[index]))
      for (const error of errorsOf(answer, broken))
        spread(run, fetch, { error, batch, entities, from, to, paths, places })
    }
  }
  return async (run) => {
    await ask(run, null)
  }
}

const chunks = (texts: readonly string[], size: number): readonly (readonly string[])[] =>
  texts.length <= size
    ? [texts]
    : Array.from({ length: Math.ceil(texts.length / size) }, (_, at) =>
        texts.slice(at * size, (at + 1) * size),
      )

/** The entities that came, or the error that stands for all of them. */
function receivedOf({ data, errors }: Answer, length: number): readonly unknown[] | GraphQLError {
  const entities: unknown = data?.['_entities']
  if (Array.isArray(entities) && entities.length === length) return entities as readonly unknown[]
  return Array.isArray(entities)
    ? invalid('A system answered another number of entities than it was asked for.')
    : (errors[0] ?? invalid('A system answered no entities.'))
}

const errorsOf = ({ errors }: Answer, broken: readonly number[]): readonly GraphQLError[] => [
  ...toldOf(errors),
  ...[...new Set(broken)]
    .slice(0, maxErrors)
    .map((at) => withPath(invalid('A system answered no object.'), ['_entities', at])),
]

interface Entities {
  readonly entities: readonly Raw[]
  readonly batch: Batch
}

/**
 * What is not asked: null without a word where there is no key, a lack where an input is missing.
 * Answers those that lack an input.
 */
function leaveOut(run: Run, fetch: Fetch, { entities, batch }: Entities): ReadonlySet<Raw> {
  const lacking = new Set<Raw>()
  let error = run.errors[0]
  for (const [index, at] of batch.places.entries()) {
    const entity = entities[index]
    if (entity === undefined || at >= 0) continue
    if (at === place.withoutKey) nullFields(entity, fetch)
    if (at !== place.withoutInput) continue
    error ??= unplanned()
    lack(run, { path: fetch.path, names: fetch.asked.namesOf(typenameOf(entity)), error })
    lacking.add(entity)
  }
  return lacking
}

/** Nobody failed, and still an input is missing: the plan does not bring it. */
const unplanned = (): GraphQLError =>
  new GraphQLError('No system was asked for what this is computed from.', {
    extensions: { code: 'PLANNING_FAILED' },
  })

/** The system knows nothing of this entity: that is an answer, and it is null. */
function nullFields(entity: Raw, { asked }: Fetch): void {
  for (const name of asked.namesOf(typenameOf(entity))) {
    if (entity[name] === undefined) entity[name] = null
  }
}

const typenameOf = (entity: Raw | undefined): string | undefined => {
  const typename = entity?.['__typename']
  return typeof typename === 'string' ? typename : undefined
}

interface Place {
  readonly path: Path
  readonly typename?: string | undefined
}

/** The places of the representations from one number up to another. */
function placesOf(
  run: Run,
  { path }: Fetch,
  { places }: Batch,
  entities: readonly Raw[],
  from: number,
  to: number,
): readonly Place[] {
  const paths = pathsOfPlaces(run.data, path)
  return places.flatMap((at, index) =>
    at >= from && at < to
      ? [{ path: paths[index] ?? [], typename: typenameOf(entities[index]) }]
      : [],
  )
}

/** A fetch that brought nothing: the error, at each field that it owed. */
function reportAll(
  run: Run,
  { path, asked }: Fetch,
  {
    error = invalid('A system answered nothing.'),
    at,
  }: {
    readonly error: GraphQLError | undefined
    readonly at: readonly Place[]
  },
): void {
  let reported = 0
  for (const { path: before, typename } of at) {
    const names = asked.namesOf(typename)
    owe(run, path, names)
    // Where only the type was to be found out, it is the object itself that is missing.
    if (names.length === 0) run.errors.push(withPath(error, before))
    for (const name of names) {
      if (reported >= maxErrors && !isOfField(error)) break
      reported += 1
      run.errors.push(withPath(error, [...before, name]))
    }
  }
}

/** An error of one entity, at every place that shares it. */
function spread(
  run: Run,
  { node, path, asked }: Fetch,
  {
    error,
    batch,
    entities,
    from,
    to,
    paths,
    places,
  }: Entities & {
    readonly error: GraphQLError
    readonly from: number
    readonly to: number
    readonly paths: () => readonly Path[]
    /** The indexes of the entities that share a representation. */
    readonly places: () => ReadonlyMap<number | undefined, readonly number[]>
  },
): void {
  const [root, number, ...rest] = error.path ?? []
  // An error at an entity that was not asked for concerns all of them.
  const only =
    root === '_entities' &&
    typeof number === 'number' &&
    Number.isInteger(number) &&
    number >= 0 &&
    from + number < to
      ? from + number
      : null
  const inner = only === null ? [] : rest
  const concerned =
    only === null
      ? [...batch.places.keys()].filter((index) => isWithin(batch.places[index], from, to))
      : (places().get(only) ?? [])
  let reported = 0
  for (const index of concerned) {
    const before = paths()[index] ?? []
    const below = rewrittenPath(inner, node.outputRewrites)
    const names =
      inner.length > 0 ? [below] : asked.namesOf(typenameOf(entities[index])).map((each) => [each])
    for (const each of names) {
      if (reported < maxErrors || isOfField(error)) {
        run.errors.push(withPath(error, [...before, ...each]))
      }
      reported += 1
      unsay(run.data, [...before, ...each])
    }
    owe(
      run,
      path,
      names.flatMap(([name]) => (typeof name === 'string' ? [name] : [])),
    )
  }
}

const isWithin = (at: number | undefined, from: number, to: number): boolean =>
  at !== undefined && at >= from && at < to

/** Worked out when it is first needed, for all errors of an answer. */
function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null
  return () => (made ??= { value: make() }).value
}
