/**
 * The seam between Isthmus and a company's own database: what every kind of database offers to
 * statements, to the check of mappings and to the command line. Knows no relation and no business noun.
 */

export const sourceKinds = ['sqlite', 'postgresql', 'mysql'] as const
/** `mysql` stands for MySQL and MariaDB. */
export type SourceKind = (typeof sourceKinds)[number]

/** What a column of a source holds, as far as values are bound and read differently. */
export type SourceType =
  | 'integer'
  | 'decimal'
  | 'float'
  | 'text'
  | 'boolean'
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  | 'uuid'
  | 'binary'
  | 'other'

export interface SourceColumn {
  readonly name: string
  /** Null where the database does not tell before it runs (an expression in SQLite). */
  readonly type: SourceType | null
  /** As the database calls it, for people: `numeric(19,4)`. */
  readonly native: string
}

export interface SourceStatement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

export interface StatementLimits {
  readonly signal: AbortSignal
  /** `performance.now()` after which no statement begins or goes on. */
  readonly deadlineAt: number
}

/**
 * One database, opened read-only and connected when it is first asked. A failure is an `AppError`
 * with a code of its own and never spoils the next statement: the connection is made anew.
 */
export interface SourceConnection extends AsyncDisposable {
  readonly kind: SourceKind
  /**
   * Rows as arrays in the order of the result columns. Integers come as number, bigint or text,
   * decimals as text (SQLite: number), dates and times as text in the database's own notation,
   * never as a `Date`; parameters are bound by the server.
   */
  run(statement: SourceStatement, limits: StatementLimits): Promise<readonly (readonly unknown[])[]>
  /** The result columns of a SELECT, which is prepared and not run. */
  describe(statement: SourceStatement): Promise<readonly SourceColumn[]>
}
