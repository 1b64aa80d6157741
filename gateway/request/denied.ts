/** What a caller may not read of a question, and how it is told. */
import { GraphQLError } from 'graphql'

/** A field that was taken out because the caller may not read it. */
export interface Denied {
  /** Response names from the root. */
  readonly path: readonly string[]
  readonly coordinate: string
  /** Whether the path ends at the field; a fragment's ends at the value it stands in. */
  readonly isField: boolean
  /** The types that a fragment narrowed the parent to; null when it is any. */
  readonly types: readonly string[] | null
  /** The filter, order or measure that would tell what the caller may not read. */
  readonly asksWith?: string
}

/**
 * What becomes of a question of which some fields may not be read: they are left out and reported, or
 * the whole question is refused before any system is asked.
 */
export const authorizations = ['filter', 'reject'] as const
export type Authorization = (typeof authorizations)[number]

export const deniedError = (
  { path, coordinate, asksWith }: Denied,
  requestId: string,
): GraphQLError =>
  new GraphQLError(
    asksWith === undefined
      ? `You may not read ${coordinate}: your token lacks a right it needs.`
      : `You may not ask ${coordinate} with ${asksWith}: your token may not read what it tells.`,
    { path, extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', requestId } },
  )

/** A question that is refused whole; carries an error for each field that may not be read. */
export class Unauthorized extends Error {
  override readonly name = 'Unauthorized'
  readonly errors: readonly GraphQLError[]

  constructor(denied: readonly Denied[], requestId: string) {
    super('The question reads what the caller may not.')
    this.errors = denied.map((each) => deniedError(each, requestId))
  }
}
