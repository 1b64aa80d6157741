/**
 * The limits of one caller: what each is, its defaults by kind of caller, and what it may be set to.
 * docs/limits.md is compared with this table by a test. Anonymous callers need no column: they never
 * reach a question.
 */
import type { ErrorCode } from '#shared/errors.ts'

export interface LimitRule {
  readonly employee: number
  readonly partner: number
  readonly least: number
  readonly most: number
  /** What a request beyond it is answered with; null where it is only cut short. */
  readonly code: ErrorCode | null
  readonly meaning: string
}

const kibibyte = 1_024
const mebibyte = 1_024 * kibibyte

export const limitRules = {
  bodyBytes: {
    employee: mebibyte,
    partner: 512 * kibibyte,
    least: kibibyte,
    most: 64 * mebibyte,
    code: 'REQUEST_TOO_LARGE',
    meaning: 'bytes of a request’s body as it is sent',
  },
  decompressedBytes: {
    employee: mebibyte,
    partner: 512 * kibibyte,
    least: kibibyte,
    most: 64 * mebibyte,
    code: 'REQUEST_TOO_LARGE',
    meaning: 'bytes of a body that was sent compressed, once it is not',
  },
  batchSize: {
    employee: 0,
    partner: 0,
    least: 0,
    most: 100,
    code: 'MAX_BATCH_LIMIT',
    meaning: 'questions in one request; 0 takes no batches',
  },
  tokens: {
    employee: 15_000,
    partner: 5_000,
    least: 10,
    most: 100_000,
    code: 'DOCUMENT_TOO_COMPLEX',
    meaning: 'words and signs of a document, counted while it is read',
  },
  nesting: {
    employee: 100,
    partner: 50,
    least: 2,
    most: 200,
    code: 'DOCUMENT_TOO_COMPLEX',
    meaning: 'brackets within brackets, counted before anything is read',
  },
  depth: {
    employee: 25,
    partner: 15,
    least: 1,
    most: 100,
    code: 'MAX_DEPTH_LIMIT',
    meaning: 'fields within fields, fragments included',
  },
  aliases: {
    employee: 50,
    partner: 30,
    least: 0,
    most: 1_000,
    code: 'MAX_ALIASES_LIMIT',
    meaning: 'fields with another name, those of fragments each time they are used',
  },
  rootFields: {
    employee: 20,
    partner: 20,
    least: 1,
    most: 1_000,
    code: 'MAX_ROOT_FIELDS_LIMIT',
    meaning: 'fields of the operation itself',
  },
  directives: {
    employee: 50,
    partner: 20,
    least: 0,
    most: 1_000,
    code: 'MAX_DIRECTIVES_LIMIT',
    meaning: 'directives in a document',
  },
  fragments: {
    employee: 50,
    partner: 20,
    least: 0,
    most: 1_000,
    code: 'MAX_FRAGMENTS_LIMIT',
    meaning: 'fragments that a document defines',
  },
  selections: {
    employee: 2_000,
    partner: 1_000,
    least: 1,
    most: 20_000,
    code: 'MAX_SELECTIONS_LIMIT',
    meaning: 'fields of an operation, those of fragments each time they are used',
  },
  introspections: {
    employee: 2,
    partner: 2,
    least: 0,
    most: 10,
    code: 'MAX_INTROSPECTIONS_LIMIT',
    meaning: '`__schema` and `__type` in an operation',
  },
  listItems: {
    employee: 10_000,
    partner: 1_000,
    least: 1,
    most: 100_000,
    code: 'MAX_LIST_ITEMS_LIMIT',
    meaning: 'values of one list argument, such as `in`',
  },
  filterTerms: {
    employee: 200,
    partner: 50,
    least: 1,
    most: 10_000,
    code: 'MAX_FILTER_TERMS_LIMIT',
    meaning: 'objects in lists of arguments together, such as those of `and` and `or`',
  },
  variableCharacters: {
    employee: 500_000,
    partner: 100_000,
    least: 1,
    most: 50_000_000,
    code: 'MAX_VARIABLES_LIMIT',
    meaning: 'characters of all names and values of the variables',
  },
  variableDepth: {
    employee: 20,
    partner: 12,
    least: 1,
    most: 100,
    code: 'MAX_VARIABLES_LIMIT',
    meaning: 'lists and objects within each other in a variable',
  },
  variableErrors: {
    employee: 10,
    partner: 5,
    least: 1,
    most: 100,
    code: null,
    meaning: 'wrong values that are told; the rest is not looked at',
  },
  nestedRows: {
    employee: 100_000,
    partner: 20_000,
    least: 1,
    most: 10_000_000,
    code: 'MAX_NESTED_ROWS_LIMIT',
    meaning: 'the product of page sizes within each other',
  },
  cost: {
    employee: 500_000,
    partner: 100_000,
    least: 1,
    most: 100_000_000,
    code: 'COST_ESTIMATED_TOO_EXPENSIVE',
    meaning: 'estimated cost of one operation, in points',
  },
  costPerMinute: {
    employee: 5_000_000,
    partner: 1_000_000,
    least: 1,
    most: 1_000_000_000,
    code: 'RATE_LIMITED',
    meaning: 'points a caller may spend at once, filled up again within a minute',
  },
  costPerDay: {
    employee: 1_000_000_000,
    partner: 100_000_000,
    least: 1,
    most: 1_000_000_000_000,
    code: 'RATE_LIMITED',
    meaning: 'the same within a day',
  },
  concurrency: {
    employee: 100,
    partner: 30,
    least: 1,
    most: 10_000,
    code: 'CONCURRENCY_LIMITED',
    meaning: 'questions of one caller at the same time',
  },
  totalMs: {
    employee: 15_000,
    partner: 15_000,
    least: 1,
    most: 600_000,
    code: 'DEADLINE_EXCEEDED',
    meaning: 'milliseconds for a whole question; `requestTimeoutMs` is the most for all',
  },
} as const satisfies Readonly<Record<string, LimitRule>>

export type LimitName = keyof typeof limitRules
export type Limits = Readonly<Record<LimitName, number>>

export const limitNames = Object.keys(limitRules) as readonly LimitName[] // the keys of a literal

export const callerKinds = ['employee', 'partner'] as const
export type CallerKind = (typeof callerKinds)[number]

const limitsBy = (value: (name: LimitName) => number): Limits =>
  Object.fromEntries(limitNames.map((name) => [name, value(name)])) as Limits // of every name

export const defaultLimits: Readonly<Record<CallerKind, Limits>> = {
  employee: limitsBy((name) => limitRules[name].employee),
  partner: limitsBy((name) => limitRules[name].partner),
}

/** For what was accepted before. */
export const noLimits: Limits = limitsBy(() => Number.POSITIVE_INFINITY)

/**
 * For questions that no caller of ours sends: only what keeps the process itself from harm.
 * Another server in front of the library has limits of its own.
 */
export const openLimits: Limits = {
  ...noLimits,
  tokens: limitRules.tokens.employee,
  nesting: limitRules.nesting.employee,
  variableDepth: limitRules.variableDepth.most,
  variableErrors: limitRules.variableErrors.employee,
}
