/**
 * How much customers may owe us.
 */
import { moneyField } from '#shared/fields.ts'
import { money, type Money } from '#shared/money.ts'
import type { Resolvers } from '#shared/subgraph.ts'
import { availableCredit, creditDecision, type CreditStanding } from '../rules.ts'
import { debtorOf, type CustomerReference, type Finance } from './context.ts'

async function standingOf(
  customer: CustomerReference,
  finance: Finance,
): Promise<CreditStanding | null> {
  const debtor = await debtorOf(customer, finance)
  if (debtor === null) return null
  const items = await finance.loaders.openItems.load(customer.debtorNo)
  const sums = (measure: string) => items.map(moneyField(measure)).filter((sum) => sum !== null)
  return {
    limit: money(debtor.creditLimit, debtor.currency),
    onHold: debtor.creditHold,
    receivables: sums('open'),
    overdue: sums('overdue'),
    openOrders: customer.openOrderValue ?? null,
  }
}

export const creditResolvers: Resolvers = {
  Customer: {
    creditLimit: async (customer: CustomerReference, _: object, finance: Finance) => {
      const debtor = await debtorOf(customer, finance)
      return debtor === null ? null : moneyField('creditLimit')(debtor)
    },
    creditRating: async (customer: CustomerReference, _: object, finance: Finance) =>
      (await debtorOf(customer, finance))?.creditRating ?? null,
    creditHold: async (customer: CustomerReference, _: object, finance: Finance) =>
      (await debtorOf(customer, finance))?.creditHold ?? null,
    availableCredit: async (customer: CustomerReference, _: object, finance: Finance) => {
      const standing = await standingOf(customer, finance)
      return standing === null ? null : availableCredit(standing)
    },
    creditDecision: async (
      customer: CustomerReference,
      { orderValue }: { orderValue: Money },
      finance: Finance,
    ) => {
      const standing = await standingOf(customer, finance)
      return standing === null ? null : creditDecision(standing, orderValue)
    },
    averageDaysToPay: async (customer: CustomerReference, _: object, finance: Finance) =>
      (await debtorOf(customer, finance))?.averageDaysToPay ?? null,
  },
}
