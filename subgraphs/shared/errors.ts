/**
 * The one catalogue of failures: code → HTTP status and meaning. Only an AppError may reach a client
 * with its own words; everything else becomes INTERNAL with an id, and its cause goes to the log.
 * Messages say what was expected, what came and what to do; never SQL, hosts or stacks.
 * docs/errors.md is generated from this file.
 */
export const errorCodes = {
  // What the caller sent
  BAD_REQUEST: { status: 400, meaning: 'The HTTP request is not a GraphQL request we can read.' },
  GRAPHQL_PARSE_FAILED: { status: 400, meaning: 'The document is not valid GraphQL syntax.' },
  GRAPHQL_VALIDATION_FAILED: {
    status: 400,
    meaning: 'The document asks for something the schema does not have.',
  },
  OPERATION_RESOLUTION_FAILURE: {
    status: 400,
    meaning: 'The document has several operations, or none of the name that was asked for.',
  },
  BAD_USER_INPUT: { status: 400, meaning: 'An argument or variable has a value we cannot use.' },
  REQUEST_TOO_LARGE: { status: 413, meaning: 'The request is larger than the gateway accepts.' },
  DOCUMENT_TOO_COMPLEX: {
    status: 400,
    meaning: 'The document has more tokens or deeper nesting than the gateway accepts.',
  },
  // Limits, with the codes that other gateways use; docs/limits.md has each
  MAX_BATCH_LIMIT: { status: 400, meaning: 'The request has more questions than it may.' },
  MAX_DEPTH_LIMIT: { status: 400, meaning: 'Fields nest deeper than they may.' },
  MAX_ALIASES_LIMIT: { status: 400, meaning: 'The operation has more aliases than it may.' },
  MAX_ROOT_FIELDS_LIMIT: {
    status: 400,
    meaning: 'The operation has more root fields than it may.',
  },
  MAX_DIRECTIVES_LIMIT: { status: 400, meaning: 'The document has more directives than it may.' },
  MAX_FRAGMENTS_LIMIT: { status: 400, meaning: 'The document has more fragments than it may.' },
  MAX_SELECTIONS_LIMIT: {
    status: 400,
    meaning: 'The operation has more fields than it may, those of fragments each time.',
  },
  MAX_INTROSPECTIONS_LIMIT: {
    status: 400,
    meaning: 'The operation asks for the schema more often than it may.',
  },
  MAX_LIST_ITEMS_LIMIT: { status: 400, meaning: 'A list argument has more values than it may.' },
  MAX_FILTER_TERMS_LIMIT: {
    status: 400,
    meaning: 'The arguments have more objects in lists than they may, as in `and` and `or`.',
  },
  MAX_VARIABLES_LIMIT: {
    status: 400,
    meaning: 'The variables are longer or deeper than they may.',
  },
  MAX_NESTED_ROWS_LIMIT: {
    status: 400,
    meaning: 'Pages within pages could have more rows together than they may.',
  },
  COST_ESTIMATED_TOO_EXPENSIVE: {
    status: 400,
    meaning: 'The estimated cost is more than one question may have: ask for less at once.',
  },
  RATE_LIMITED: {
    status: 429,
    meaning: 'The caller has spent its points for now: `Retry-After` says how long to wait.',
  },
  CONCURRENCY_LIMITED: {
    status: 429,
    meaning: 'The caller has too many questions under way: wait for an answer first.',
  },
  LIST_TOO_LONG: {
    status: 400,
    meaning: 'A list without a cursor has more rows than its declared cap: narrow the question.',
  },
  METHOD_NOT_ALLOWED: { status: 405, meaning: 'The HTTP method does not fit the question.' },
  NOT_ACCEPTABLE: { status: 406, meaning: 'The client accepts no media type that we can answer.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, meaning: 'The body has a content type we do not read.' },
  // Who the caller is
  UNAUTHENTICATED: { status: 401, meaning: 'The request has no valid token.' },
  FORBIDDEN: { status: 403, meaning: 'The caller may not do this.' },
  ROW_RULE_TOO_LARGE: {
    status: 403,
    meaning: 'The caller’s row rule needs more ids than a rule carries: it must be a predicate.',
  },
  UNAUTHORIZED_FIELD_OR_TYPE: {
    status: 403,
    meaning: 'The token lacks a scope this field needs; the field is left out of the answer.',
  },
  NOT_FOUND: { status: 404, meaning: 'Nothing is known under that name or address.' },
  SUBJECT_DISABLED: { status: 403, meaning: 'An administrator has disabled this subject.' },
  SUBJECT_UNSEEN: {
    status: 403,
    meaning: 'A run without a token: its subject has not come with a token for too long.',
  },
  // What the caller wants to change
  IDEMPOTENCY_KEY_REUSED: {
    status: 409,
    meaning: 'The idempotency key was used for another change before.',
  },
  TOKEN_NOT_ACTIVE: {
    status: 409,
    meaning: 'The token is expired, revoked or rotated already: it cannot be changed.',
  },
  CROSSWALK_CHANGED: {
    status: 409,
    meaning: 'Somebody changed the crosswalk while records were compared: match again.',
  },
  STORE_NOT_EMPTY: {
    status: 409,
    meaning: 'A store is moved into an empty one, and this one has tokens, subjects or an audit.',
  },
  AUDIT_UNAVAILABLE: {
    status: 503,
    meaning: 'The audit cannot be written, so what it would tell of is neither shown nor changed.',
  },
  STORE_UNAVAILABLE: {
    status: 503,
    meaning:
      'The gateway’s own database does not answer: nobody is let in and nothing is changed meanwhile.',
  },
  // What the systems did
  SOURCE_UNAVAILABLE: { status: 503, meaning: 'A system that owns part of the answer is down.' },
  SOURCE_TIMEOUT: { status: 504, meaning: 'A system did not answer within its time limit.' },
  SOURCE_DATA_INVALID: {
    status: 502,
    meaning: 'A system answered with something that does not fit its schema.',
  },
  MAPPING_INVALID: {
    status: 502,
    meaning:
      'A mapping does not fit the database that it reads: `isthmus source check` says where.',
  },
  SOURCE_REQUIRED: {
    status: 400,
    meaning: 'The system has several sources: say in the filter which of them is meant.',
  },
  NOT_MAPPED: { status: 501, meaning: 'The connected system does not have this information.' },
  DEADLINE_EXCEEDED: { status: 504, meaning: 'The request ran out of its total time.' },
  CANCELLED: { status: 499, meaning: 'The client went away before the answer was ready.' },
  WEBHOOK_FAILED: {
    status: 502,
    meaning: 'The webhook of a partner did not take what was sent to it.',
  },
  // How Isthmus is set up
  CONFIGURATION_INVALID: {
    status: 500,
    meaning: 'The configuration has problems; all are listed.',
  },
  SUPERGRAPH_INVALID: {
    status: 500,
    meaning: 'The schemas do not compose, or need something the gateway cannot enforce.',
  },
  DATABASE_MISSING: { status: 500, meaning: 'A database file of the embedded mode is missing.' },
  DATABASE_INVALID: {
    status: 500,
    meaning: 'A database file is damaged or is not what Isthmus expects.',
  },
  DATABASE_OUTDATED: {
    status: 500,
    meaning: 'The data folder was made by an older version: reseed it.',
  },
  AUDIT_INVALID: {
    status: 500,
    meaning: 'The audit is not as it was written: entries were changed, removed or moved.',
  },
  WORKER_FAILED: {
    status: 500,
    meaning: 'A worker process stopped again and again before it could answer.',
  },
  ADDRESS_IN_USE: { status: 500, meaning: 'The port is taken by another program.' },
  REPORT_INVALID: { status: 500, meaning: 'A report of the library is not well formed.' },
  PLANNING_FAILED: {
    status: 500,
    meaning: 'No plan could be made for the question: ask for less at once, or in another way.',
  },
  INTERNAL: { status: 500, meaning: 'A fault of ours; the error id finds it in the log.' },
} as const satisfies Record<string, { status: number; meaning: string }>

export type ErrorCode = keyof typeof errorCodes

export interface AppErrorOptions {
  readonly cause?: unknown
  /** Facts for the client beside the message, such as `{ argument: 'first', maximum: 1000 }`. */
  readonly details?: Readonly<Record<string, unknown>>
}

export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, unknown>> | undefined

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details
  }
}

/** The AppError inside an error that graphql-js or a library may have wrapped, or null. */
export function appErrorIn(error: unknown): AppError | null {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; depth += 1) {
    if (at instanceof AppError) return at
    at = 'originalError' in at && at.originalError instanceof Error ? at.originalError : at.cause
  }
  return null
}

/** Why a request was given up: the reason itself where it is one of ours. */
export const abortReason = ({ reason }: AbortSignal): AppError =>
  reason instanceof AppError
    ? reason
    : new AppError('CANCELLED', 'The request was cancelled.', { cause: reason })

export const deadlineExceeded = (): AppError =>
  new AppError('DEADLINE_EXCEEDED', 'The request ran out of its time.')
