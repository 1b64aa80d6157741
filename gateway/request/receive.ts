/**
 * Receive: text to document. Refuses what could overflow a stack or hold the process up before
 * anything recursive looks at it; then graphql-js parses and validates.
 */
import {
  GraphQLError,
  Kind,
  parse,
  validate,
  visit,
  type DocumentNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type ParseOptions,
} from 'graphql'
import { AppError } from '#shared/errors.ts'
import { checkDocument, measureDocument, type DocumentSize } from '../limits/document.ts'
import type { Limits } from '../limits/limits.ts'

const maxErrors = 20

/** How deep brackets nest; throws DOCUMENT_TOO_COMPLEX when it is deeper than may be. */
function checkNesting(text: string, most: number): number {
  let depth = 0
  let deepest = 0
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at)
    if (char === 0x22) at = endOfString(text, at)
    else if (char === 0x23) at = endOfLine(text, at)
    else if (char === 0x7b || char === 0x5b || char === 0x28) {
      depth += 1
      if (depth > most) {
        throw new AppError('DOCUMENT_TOO_COMPLEX', `The document nests deeper than ${most} levels.`)
      }
      if (depth > deepest) deepest = depth
    } else if (char === 0x7d || char === 0x5d || char === 0x29) depth -= 1
  }
  return deepest
}

function endOfString(text: string, start: number): number {
  if (text.startsWith('"""', start)) {
    const end = text.indexOf('"""', start + 3)
    return end === -1 ? text.length : end + 2
  }
  let at = start + 1
  while (at < text.length && text[at] !== '"' && text[at] !== '\n') at += text[at] === '\\' ? 2 : 1
  return at
}

const endOfLine = (text: string, start: number): number => {
  const end = text.indexOf('\n', start)
  return end === -1 ? text.length : end
}

export interface Parsed {
  readonly document: DocumentNode
  readonly size: DocumentSize
}

export interface ReceiveOptions {
  readonly schema: GraphQLSchema
  readonly limits: Limits
  /** Whether errors name nothing that is close to what was asked for. */
  readonly hideSuggestions: boolean
}

/** The parsed and valid document, or throws what is wrong with it. */
export function parseDocument(
  text: string,
  { schema, limits, hideSuggestions }: ReceiveOptions,
): Parsed {
  const nesting = checkNesting(text, limits.nesting)
  const errorsIn = (parsed: DocumentNode) =>
    validate(schema, parsed, undefined, { maxErrors, hideSuggestions })
  // The places of its parts weigh twice what they are places of, and only errors tell them.
  const document = parseText(text, { maxTokens: limits.tokens, noLocation: true })
  const size = measureDocument(document, { nesting, tokens: document.tokenCount ?? 0 })
  // Before it is validated, which takes more than linear time over some of this.
  checkDocument(size, limits)
  if (errorsIn(document).length > 0) {
    throw new InvalidDocument(errorsIn(parseText(text, { maxTokens: limits.tokens })))
  }
  refuseOurNames(document)
  return { document, size }
}

const ours = 'isthmus_'

/** Names that the gateway gives to what it adds to an operation must not be a client's. */
function refuseOurNames(document: DocumentNode): void {
  const refuse = (what: string, name: string | undefined) => {
    if (name?.startsWith(ours) === true) {
      throw new AppError(
        'BAD_USER_INPUT',
        `${what} may not begin with "${ours}", but one is "${name}".`,
      )
    }
  }
  visit(document, {
    Field: ({ alias }) => refuse('An alias', alias?.value),
    VariableDefinition: ({ variable }) => refuse('A variable', variable.name.value),
  })
}

function parseText(text: string, options: ParseOptions): DocumentNode {
  try {
    return parse(text, options)
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    const code = error.message.includes('tokens') ? 'DOCUMENT_TOO_COMPLEX' : 'GRAPHQL_PARSE_FAILED'
    throw new AppError(code, error.message)
  }
}

/** A document that asks for something the schema does not have; carries every error. */
export class InvalidDocument extends Error {
  override readonly name = 'InvalidDocument'
  readonly errors: readonly GraphQLError[]

  constructor(errors: readonly GraphQLError[]) {
    super('The document is not valid.')
    this.errors = errors.map(
      (error) =>
        new GraphQLError(error.message, {
          nodes: error.nodes ?? null,
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
        }),
    )
  }
}

/** The type that the operation begins at; throws BAD_REQUEST when the schema has none. */
export function rootOf(
  schema: GraphQLSchema,
  { operation }: OperationDefinitionNode,
): GraphQLObjectType {
  const root = schema.getRootType(operation)
  if (!root) throw new AppError('BAD_REQUEST', `This schema has no ${operation}.`)
  return root
}

/** The operation that is asked for; throws OPERATION_RESOLUTION_FAILURE. */
export function operationOf(
  document: DocumentNode,
  operationName: string | undefined,
): OperationDefinitionNode {
  const operations = document.definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  )
  const named =
    operationName === undefined
      ? operations
      : operations.filter(({ name }) => name?.value === operationName)
  const [operation] = named
  if (operation === undefined || named.length > 1) {
    throw new AppError(
      'OPERATION_RESOLUTION_FAILURE',
      operationName === undefined
        ? `The document has ${operations.length} operations: say which one with "operationName".`
        : `The document has no operation named "${operationName}".`,
    )
  }
  return operation
}
