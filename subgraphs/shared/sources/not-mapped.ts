/** The errors of a company's own database that lacks something, in one place. */
import { AppError } from '../errors.ts'
import type { Origin } from './origin.ts'

/** A column that the mapping does not yield. */
export const notMapped = ({ relation, column }: Pick<Origin, 'relation' | 'column'>): AppError =>
  new AppError(
    'NOT_MAPPED',
    `The connected system does not have this: its mapping of "${relation}" has no "${column}".`,
  )

/** A relation without a mapping. */
export const relationNotMapped = (relation: string): AppError =>
  new AppError(
    'NOT_MAPPED',
    `The connected system does not have this: "${relation}" is not mapped.`,
  )
