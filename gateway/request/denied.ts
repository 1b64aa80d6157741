/** What a caller may not read of a question. */

/** A field that was taken out because the caller may not read it. */
export interface Denied {
  /** Response names from the root. */
  readonly path: readonly string[]
  readonly coordinate: string
  /** Whether the path ends at the field; a fragment's ends at the value it stands in. */
  readonly isField: boolean
  /** The types that a fragment narrowed the parent to; null when it is any. */
  readonly types: readonly string[] | null
}
