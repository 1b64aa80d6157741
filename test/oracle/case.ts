/**
 * What one case of the oracle is made of. It is plain JSON: subgraph schemas, the data that all of
 * them hold together, and one question. Nothing else decides the two answers, so that a case can be
 * kept in a file, shrunk and replayed.
 */

/** The value of a field: a leaf, null, a list, a reference, or candidates that arguments choose from. */
export type Stored =
  | string
  | number
  | boolean
  | null
  | readonly Stored[]
  | { readonly ref: string }
  | { readonly any: readonly Stored[] }
  /** A value of a custom scalar, whatever it looks like. */
  | { readonly json: unknown }

export interface StoredObject {
  readonly type: string
  readonly fields: Readonly<Record<string, Stored>>
  /** Subgraphs that do not know this object, because it has no key there. */
  readonly absentIn?: readonly string[]
}

/** Every object by its name; `Query` holds the root fields. */
export type Data = Readonly<Record<string, StoredObject>>

/** How one subgraph fails, on each of its answers. */
export type Failure =
  /** It cannot be reached. */
  | { readonly subgraph: string; readonly kind: 'REJECTS' }
  /** It cannot be reached when it is asked for entities; root fields are answered. */
  | { readonly subgraph: string; readonly kind: 'REJECTS_ENTITIES' }
  /** `{"data": null}` without a word. */
  | { readonly subgraph: string; readonly kind: 'NULL_DATA' }
  /** Errors without data. */
  | { readonly subgraph: string; readonly kind: 'ERRORS_ONLY' }
  /** One of its resolvers throws: the rest of the answer is there. */
  | { readonly subgraph: string; readonly kind: 'FIELD_THROWS'; readonly field: string }
  /** An object stands where a leaf should: `{"x": 1}`. */
  | { readonly subgraph: string; readonly kind: 'WRONG_SHAPE'; readonly field: string }
  /** Null stands where its own schema allows none, and no error says why. */
  | { readonly subgraph: string; readonly kind: 'NULL_FOR_NON_NULL'; readonly field: string }
  /** The last entity is left out of each list. */
  | { readonly subgraph: string; readonly kind: 'SHORT_ENTITIES' }

export interface Question {
  readonly operation: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly failure: Failure | null
}

/** Subgraph schemas by name, in the order in which they are composed. */
export type Subgraphs = Readonly<Record<string, string>>

export interface Case {
  readonly subgraphs: Subgraphs
  readonly data: Data
  readonly questions: readonly Question[]
}

/** A case that was kept, with what it showed. */
export interface KeptCase extends Case {
  readonly title: string
  /** Where the fault lay when it was found. */
  readonly fault: string
}
