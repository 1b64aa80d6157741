/** What the panes look at: one answer of the gateway and what is known about it. Types only. */

export interface SourceReport {
  readonly system: string
  readonly milliseconds: number
  readonly fetches: number
  readonly failed: boolean
}

export interface Answer {
  readonly query: string
  readonly operationName: string | null
  readonly data: unknown
  readonly errors: readonly { readonly extensions?: { readonly code?: string } }[]
  readonly sources: readonly SourceReport[]
  /** From asking to the whole answer in this browser. */
  readonly milliseconds: number
}
