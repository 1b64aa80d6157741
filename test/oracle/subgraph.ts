/**
 * A subgraph as a source of the gateway: its own schema, executed by graphql-js over its part of the
 * data. It is strict: a field that it does not resolve, a key that it does not take and a document
 * that its schema does not allow are errors, and are noted.
 */
import { buildSubgraphSchema } from '@apollo/subgraph'
import {
  execute,
  GraphQLError,
  Kind,
  parse,
  validate,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql'
import { AppError } from '#shared/errors.ts'
import type { Source } from '../../gateway/sources/source.ts'
import type { Data, Failure, StoredObject } from './case.ts'
import type { Catalogue } from './catalogue.ts'
import { malformed } from './malformed.ts'
import {
  isKeyField,
  isPlace,
  objectFor,
  projectProvided,
  projectSent,
  valueOf,
  type Place,
} from './store.ts'

export interface SubgraphOptions {
  readonly name: string
  readonly known: Catalogue
  readonly data: Data
}

/** A request that a subgraph got. */
export interface Asked {
  readonly subgraph: string
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
}

/** What subgraphs note while one question is answered. */
export interface Notes {
  readonly asked: Asked[]
  /** What must not happen, such as an external field that is asked for. */
  readonly complaints: string[]
}

/** Made once for a graph; answers each question as its failure says. */
export interface OracleSubgraph {
  readonly schema: GraphQLSchema
  source(failure: Failure | null, notes: Notes): Source
}

interface Context {
  readonly throwing: string | null
  readonly notes: Notes
}

class Refusal extends Error {}

export function oracleSubgraph({ name, known, data }: SubgraphOptions): OracleSubgraph {
  const document = known.documents.get(name)
  if (document === undefined) throw new TypeError(`no subgraph ${name}`)
  const types = [...(known.declared.get(name)?.values() ?? [])]
  const isOf = (type: string | undefined, condition: string) =>
    type === condition || (type !== undefined && known.possible(condition).includes(type))

  const resolveReference = (
    representation: Readonly<Record<string, unknown>>,
    { notes }: Context,
  ): Place | null => {
    const object = complaining(notes, () => objectFor(data, known, name, representation))
    return object === null ? null : { object, representation }
  }
  const resolvers = Object.fromEntries(
    types
      .filter(({ keys }) => keys.length > 0)
      .map((type) => [
        type.name,
        {
          __resolveReference: resolveReference,
          ...(type.kind === 'interface'
            ? { __resolveType: (place: Place) => place.object.type }
            : {}),
        },
      ]),
  )
  const schema = buildSubgraphSchema([{ typeDefs: document, resolvers }] as never) // its modules

  const fieldResolver: GraphQLFieldResolver<unknown, Context> = (source, args, context, info) => {
    const type = info.parentType.name
    const field = info.fieldName
    const place: Place | undefined = isPlace(source) ? source : undefined
    const object = place?.object ?? data['Query']
    const declared = known.declared.get(name)?.get(type)?.fields.get(field)
    if (object === undefined || declared === undefined) return null
    if (context.throwing === `${type}.${field}`) {
      throw new GraphQLError('This resolver fails.', {
        extensions: { code: 'SOURCE_UNAVAILABLE' },
      })
    }
    return complaining(context.notes, () => {
      // What a system provides at a place it may be asked for there, whoever else resolves it.
      const isProvided = selected(place?.provided, field, object.type, isOf) !== null
      if (declared.isExternal && !isKeyField(known, name, type, field) && !isProvided) {
        throw new Refusal(`${name} was asked for ${type}.${field}, which is external to it`)
      }
      const taker = known
        .resolvers(object.type, field)
        .find((each) => each.declared.overrideFrom === name && !each.declared.hasLabel)
      if (taker !== undefined && !isProvided)
        throw new Refusal(
          `${name} was asked for ${type}.${field}, which ${taker.subgraph} took over`,
        )
      const parameters =
        declared.requires === null
          ? args
          : { ...args, __required: required(object, declared.requires, place, `${type}.${field}`) }
      const value = valueOf(data, object.fields[field], parameters)
      const inner = selected(place?.provided, field, object.type, isOf)
      return providing(value, [declared.provides, inner === true ? null : inner])
    })
  }

  const required = (
    object: StoredObject,
    requires: SelectionSetNode,
    place: Place | undefined,
    coordinate: string,
  ) => {
    const sent = place?.representation
    const values =
      sent === undefined
        ? projectProvided(data, object, requires, place?.provided)
        : projectSent(sent, requires, isOf)
    if (values === null)
      throw new Refusal(`${name} was asked for ${coordinate} without what it requires`)
    return values
  }

  const answer = async (asked: DocumentNode, values: object, context: Context) => {
    const problems = validate(schema, asked)
    if (problems.length > 0) {
      context.notes.complaints.push(...problems.map(({ message }) => `${name}: ${message}`))
      return { errors: problems }
    }
    return execute({
      schema,
      document: asked,
      variableValues: values as Record<string, unknown>, // a JSON object
      contextValue: context,
      fieldResolver: fieldResolver as GraphQLFieldResolver<unknown, unknown>,
      typeResolver: (value) => (isPlace(value) ? value.object.type : undefined),
    })
  }

  return {
    schema,
    source: (failure, notes) => ({
      name,
      async send({ query, variables }) {
        notes.asked.push({ subgraph: name, query, variables: wire(variables) })
        const kind = failure?.subgraph === name ? failure.kind : null
        const isEntities = 'representations' in variables
        if (kind === 'REJECTS' || (kind === 'REJECTS_ENTITIES' && isEntities)) {
          throw new AppError('SOURCE_UNAVAILABLE', 'A system could not be reached.')
        }
        if (kind === 'NULL_DATA') return { data: null }
        if (kind === 'ERRORS_ONLY') return { errors: [failing('This system fails.')] }
        const throwing =
          failure?.subgraph === name && failure.kind === 'FIELD_THROWS' ? failure.field : null
        const asked = parse(query)
        const result = asCarried(await answer(asked, wire(variables), { throwing, notes }))
        return failure?.subgraph === name
          ? malformed(failure, { known, document: asked, answer: result })
          : result
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
  }
}

const failing = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: 'SOURCE_UNAVAILABLE' } })

/** Notes why a resolver refuses: the gateway asked for what it must not ask for. */
function complaining<Result>({ complaints }: Notes, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (error instanceof Error) complaints.push(error.message)
    throw error
  }
}

/** A copy as it comes over the network. */
const wire = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value

/** An answer as it comes over the network: plain data, errors with a code and a path only. */
function asCarried(result: ExecutionResult): ExecutionResult {
  const { data, errors } = wire(result)
  return {
    ...(data === undefined ? {} : { data }),
    ...(errors === undefined
      ? {}
      : {
          errors: errors.map(
            ({ message, path, extensions }) =>
              new GraphQLError(message, {
                path: path ?? null,
                extensions: { code: extensions?.['code'] ?? 'SOURCE_DATA_INVALID' },
              }),
          ),
        }),
  }
}

/** What a field set selects of a field: what is below it, true for a leaf, null when it is not in. */
function selected(
  set: SelectionSetNode | undefined,
  field: string,
  type: string,
  isOf: (type: string | undefined, condition: string) => boolean,
): SelectionSetNode | true | null {
  for (const selection of set?.selections ?? []) {
    if (selection.kind === Kind.FIELD && selection.name.value === field) {
      return selection.selectionSet ?? true
    }
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const on = selection.typeCondition?.name.value
      const inner =
        on === undefined || isOf(type, on)
          ? selected(selection.selectionSet, field, type, isOf)
          : null
      if (inner !== null) return inner
    }
  }
  return null
}

/** The places in a value, which now also have the external fields that are provided there. */
function providing(value: unknown, sets: readonly (SelectionSetNode | null)[]): unknown {
  const selections = sets.flatMap((set) => set?.selections ?? [])
  if (selections.length === 0) return value
  const provided: SelectionSetNode = { kind: Kind.SELECTION_SET, selections }
  const walk = (each: unknown): unknown => {
    if (Array.isArray(each)) return each.map(walk)
    return isPlace(each) ? { ...each, provided } : each
  }
  return walk(value)
}
