/** What finance's resolvers have at hand. */
import type { DateRange } from '#shared/calendar.ts'
import { AppError } from '#shared/errors.ts'
import type { Money } from '#shared/money.ts'
import type { Context } from '#shared/subgraph.ts'
import type { databases, Loaders } from '../loaders.ts'

export type Finance = Context<typeof databases, Loaders>

/** The arguments of a field that looks at a range of days. */
export interface Ranged {
  readonly range: DateRange
}

/** A customer as the gateway hands it over. */
export interface CustomerReference {
  readonly debtorNo: string
  readonly openOrderValue?: readonly Money[] | null
}

/** Null when finance does not know the customer. */
export const debtorOf = ({ debtorNo }: CustomerReference, { loaders }: Finance) =>
  loaders.debtorByNo.load(debtorNo)

interface Posted {
  readonly filter?: { readonly posted?: DateRange | null } | null
}

/**
 * The arguments of a field that reads the ledger. Parts of a filter need not say which days they
 * mean, but the whole must: nobody sums a ledger of many years by oversight.
 */
export function withDays<Args extends Posted>(args: Args): Args {
  if (args.filter?.posted === null || args.filter?.posted === undefined) {
    throw new AppError(
      'BAD_USER_INPUT',
      'The filter must say "posted" itself, not in "and", "or" or "not".',
      { details: { argument: 'filter.posted' } },
    )
  }
  return args
}
