/**
 * What differs between databases: how a declared type is bound and read, and the few expressions
 * that SQL does not have in common. Each database has a file in `dialects/`.
 */
import {
  ExpressionWrapper,
  FunctionNode,
  ValueNode,
  type Expression,
  type OperationNode,
  type RawBuilder,
  type SqlBool,
} from 'kysely'
import type { TimeBucket } from './calendar.ts'
import type { AnyDatabase, Column, ColumnType } from './relations.ts'

export type Decode = (value: unknown) => unknown

export interface Dialect {
  /**
   * The value to bind where a column of this type is compared; throws BAD_USER_INPUT. A key that no
   * row of the source can have becomes one that no row has.
   */
  encode(value: unknown, type: ColumnType, what: string): unknown
  /** Throws BAD_USER_INPUT where rows of the column have no order with the value. */
  expectOrdered?(value: unknown, type: ColumnType): void
  /** Reads the values of a result column; throws SOURCE_DATA_INVALID when one does not fit it. */
  decoder(column: Column, what: string): Decode
  /** The first day of the bucket in which a date column lies. */
  bucketStart(
    date: Expression<unknown>,
    bucket: TimeBucket,
    fiscalYearStartMonth: number,
  ): RawBuilder<string>
  /**
   * One of `parts` equal parts of an `amount()` in whole minor units of a currency with so many
   * places. The first parts have one unit more where the amount cannot be divided, and the very first
   * what is smaller than a unit, so that all parts add up to the amount.
   */
  evenShare(share: Share): RawBuilder<string>
  /** Texts one after the other. */
  concat(parts: readonly Expression<unknown>[]): RawBuilder<string>
  /** Where a text begins in another one, from 1; 0 when it is not in it. */
  position(text: Expression<unknown>, wanted: Expression<unknown>): RawBuilder<number>
  /** Only for databases that other programs made. */
  readonly foreign?: ForeignDialect
}

/** What a database that we did not make needs besides. */
export interface ForeignDialect {
  /** Around a bound value where the database would compare it as another type. */
  readonly bound?: (value: OperationNode, type: ColumnType) => OperationNode
  /** A list of values as one parameter, to stand after `= any`; left out, lists are padded. */
  readonly any?: (list: OperationNode, type: ColumnType) => OperationNode
  /** A text by which it is told apart exactly, whatever its collation; left out, all are. */
  readonly exact?: (text: OperationNode) => OperationNode
  /** The values of `avg`, where an average would be cut to few places. */
  readonly averaged?: (value: OperationNode) => OperationNode
  /** Whether rows without a value come after the others when sorted up. */
  readonly nullsAreLargest: boolean
}

/** What `evenShare` is made of. */
export interface Share {
  readonly amount: Expression<unknown>
  /** 1 to `parts`. */
  readonly part: Expression<unknown>
  readonly parts: Expression<unknown>
  readonly places: Expression<unknown>
}

/** Stands for `bucketStart` in a statement until the database is known. */
export const bucketFunction = 'isthmus_bucket_start'

/** Stands for `evenShare` in a statement until the database is known. */
export const shareFunction = 'isthmus_even_share'

/** Stands for `concat` in a statement until the database is known. */
export const concatFunction = 'isthmus_concat'

/** Stands for `position` in a statement until the database is known. */
export const positionFunction = 'isthmus_position'

/**
 * Stands for a comparison of a column with a value by the order of lists, in which two texts may be
 * equal that filters tell apart.
 */
export const sameInOrderFunction = 'isthmus_same_in_order'

/** Stands for the question whether the statement is asked of the source of that name. */
export const sourceFunction = 'isthmus_source'

const call = <Value>(name: string, args: readonly OperationNode[]) =>
  new ExpressionWrapper<AnyDatabase, string, Value>(FunctionNode.create(name, args))

/** The first day of the bucket in which a date column lies, in whatever database is asked. */
export const bucketStart = (
  date: Expression<unknown>,
  bucket: TimeBucket,
  fiscalYearStartMonth: number,
): Expression<string | null> =>
  call(bucketFunction, [
    date.toOperationNode(),
    ValueNode.createImmediate(bucket),
    ValueNode.createImmediate(fiscalYearStartMonth),
  ])

/** Texts one after the other, in whatever database is asked. */
export const concat = (...parts: readonly Expression<unknown>[]): Expression<string> =>
  call(
    concatFunction,
    parts.map((part) => part.toOperationNode()),
  )

/** Where a text begins in another one, from 1; 0 when it is not in it. */
export const position = (
  text: Expression<unknown>,
  wanted: Expression<unknown>,
): ExpressionWrapper<AnyDatabase, string, number> =>
  call(positionFunction, [text.toOperationNode(), wanted.toOperationNode()])

/** Whether a column has a value as far as the order of lists goes. */
export const sameInOrder = (
  column: Expression<unknown>,
  value: unknown,
): ExpressionWrapper<AnyDatabase, string, boolean> =>
  call(sameInOrderFunction, [column.toOperationNode(), ValueNode.create(value)])

/** Whether the rows are of the source of that name, where a system has several. */
export const ofSource = (name: string): ExpressionWrapper<AnyDatabase, string, SqlBool> =>
  call(sourceFunction, [ValueNode.createImmediate(name)])
