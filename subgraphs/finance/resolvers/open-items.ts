/**
 * What customers owe us, today and on any day.
 */
import { Big } from '#shared/decimal.ts'
import { moneyField, stub } from '#shared/fields.ts'
import type { Resolvers } from '#shared/subgraph.ts'
import { ageing } from '../rules.ts'
import * as source from '../source.ts'
import type { ReceivableArgs } from '../source.ts'
import { debtorOf, type CustomerReference, type Finance } from './context.ts'

/** A sum of each currency of what a customer owes; null when finance does not know the customer. */
const owed =
  (measure: 'open' | 'overdue') =>
  async (customer: CustomerReference, _: object, finance: Finance) => {
    if ((await debtorOf(customer, finance)) === null) return null
    const items = await finance.loaders.openItems.load(customer.debtorNo)
    return items.map(moneyField(measure)).filter((sum) => sum !== null)
  }

export const openItemResolvers: Resolvers = {
  ReceivableMeasure: { OPEN: 'open', OVERDUE: 'overdue', INVOICES: 'invoices' },
  Query: {
    receivableAggregates: (
      _: unknown,
      args: ReceivableArgs,
      { databases: { finance }, calendar }: Finance,
    ) => source.receivableAggregates(finance, args, calendar),
  },
  Customer: {
    openReceivables: owed('open'),
    overdue: owed('overdue'),
    ageing: async (
      customer: CustomerReference,
      { asOf }: { asOf?: string | null },
      finance: Finance,
    ) => {
      if ((await debtorOf(customer, finance)) === null) return null
      const at = asOf ?? finance.calendar.today
      const items = await finance.loaders.openItemsAt(at).load(customer.debtorNo)
      return ageing(
        items.map((item) => ({ ...item, open: new Big(item.open) })),
        at,
      )
    },
  },
  ReceivableAggregate: {
    customer: stub('debtorNo'),
    open: moneyField('open'),
    overdue: moneyField('overdue'),
  },
}
