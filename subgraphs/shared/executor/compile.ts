/**
 * Documents compiled once: the operation of a document, in one variant for each answer to its
 * `@skip` and `@include`. Here also stands the one decision what is left to graphql-js.
 */
import {
  Kind,
  OperationTypeNode,
  isObjectType,
  visit,
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql'
import { compileCoercion, type Coerce } from '#shared/variables.ts'
import type { Selection, Source, Variables } from './operation.ts'
import { selectionOf } from './selection.ts'

export interface Compiled {
  readonly coerce: Coerce
  /** The operation with these variables; null where a condition is neither true nor false. */
  variantFor(variables: Variables): Variant | null
}

export interface Variant {
  readonly source: Source
  readonly root: Selection
}

/** Variants that are kept; more conditions than that are compiled for each request. */
const maxVariants = 64

/** By schema, document and name of the operation; null where graphql-js has to run it. */
export function compilerFor(
  schema: GraphQLSchema,
): (document: DocumentNode, operationName: string | undefined) => Compiled | null {
  const known = new WeakMap<DocumentNode, Map<string | undefined, Compiled | null>>()
  const queryType = canRun(schema) ? schema.getQueryType() : null
  return (document, operationName) => {
    if (!queryType) return null
    let ofDocument = known.get(document)
    if (ofDocument === undefined) known.set(document, (ofDocument = new Map()))
    let compiled = ofDocument.get(operationName)
    if (compiled === undefined) {
      compiled = compile(schema, queryType, document, operationName)
      ofDocument.set(operationName, compiled)
    }
    return compiled
  }
}

function compile(
  schema: GraphQLSchema,
  queryType: GraphQLObjectType,
  document: DocumentNode,
  operationName: string | undefined,
): Compiled | null {
  const operation = operationIn(document, operationName)
  if (operation?.operation !== OperationTypeNode.QUERY) return null
  const conditionNames = conditionsIn(document)
  if (conditionNames === null) return null
  const fragments = fragmentsIn(document)
  const variants = new Map<string, Variant>()
  return {
    coerce: compileCoercion(schema, operation.variableDefinitions),
    variantFor: (variables) => {
      const conditions = Object.fromEntries(conditionNames.map((name) => [name, variables[name]]))
      if (!Object.values(conditions).every((value) => typeof value === 'boolean')) return null
      const key = conditionNames.length === 0 ? '' : Object.values(conditions).join()
      const kept = variants.get(key)
      if (kept !== undefined) return kept
      const source: Source = { schema, operation, fragments, conditions }
      const variant = { source, root: selectionOf(source, queryType, [operation.selectionSet]) }
      if (variants.size < maxVariants) variants.set(key, variant)
      return variant
    },
  }
}

/** A type that decides itself whether a value is its own is rare, and graphql-js knows how to ask. */
const canRun = (schema: GraphQLSchema): boolean =>
  Object.values(schema.getTypeMap()).every(
    (type) => type.name.startsWith('__') || !isObjectType(type) || !type.isTypeOf,
  )

/** Null where the document leaves open which one is meant: graphql-js has the words for that. */
function operationIn(
  { definitions }: DocumentNode,
  wanted: string | undefined,
): OperationDefinitionNode | null {
  const [only, ...others] = definitions
    .filter((each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION)
    .filter(({ name }) => wanted === undefined || name?.value === wanted)
  return only === undefined || others.length > 0 ? null : only
}

const fragmentsIn = ({ definitions }: DocumentNode): Source['fragments'] =>
  Object.fromEntries(
    definitions
      .filter((each): each is FragmentDefinitionNode => each.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  )

/**
 * The names of the variables that decide what is included; null where the document asks for what
 * only graphql-js answers: the schema itself, or a response name that no plain object can carry.
 */
function conditionsIn(document: DocumentNode): readonly string[] | null {
  const names = new Set<string>()
  let isOurs = true
  visit(document, {
    Field: ({ name, alias }) => {
      if (introspection.has(name.value) || alias?.value === '__proto__') isOurs = false
    },
    Directive: (directive) => {
      for (const name of conditionOf(directive)) names.add(name)
    },
  })
  return isOurs ? [...names] : null
}

const introspection = new Set(['__schema', '__type'])

const conditionOf = ({ name, arguments: given = [] }: DirectiveNode): readonly string[] =>
  name.value === 'skip' || name.value === 'include'
    ? given.flatMap(({ value }) => (value.kind === Kind.VARIABLE ? [value.name.value] : []))
    : []
