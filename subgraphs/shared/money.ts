/**
 * Money: an exact decimal and its currency. Amounts are never added across currencies and never
 * turned into a JavaScript number. Places per currency follow ISO 4217.
 */
import { Big, decimalText, withPlaces } from './decimal.ts'

export interface Money {
  /** Plain decimal text with at least the places of the currency. */
  readonly amount: string
  /** ISO 4217 code. */
  readonly currency: string
}

/** The currencies whose amounts have no minor unit. */
export const zeroPlaceCurrencies: readonly string[] =
  'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ')
/** The currencies whose minor unit is a thousandth; all others have hundredths. */
export const threePlaceCurrencies: readonly string[] = 'BHD IQD JOD KWD LYD OMR TND'.split(' ')

const withoutPlaces = new Set(zeroPlaceCurrencies)
const withThreePlaces = new Set(threePlaceCurrencies)

/** Minor-unit places of a currency (ISO 4217): 0, 2 or 3. */
export const currencyPlaces = (currency: string): 0 | 2 | 3 =>
  withoutPlaces.has(currency) ? 0 : withThreePlaces.has(currency) ? 3 : 2

/** Money, or null when the amount or its currency is absent: an absent amount is never zero. */
export function money(
  amount: string | Big | null | undefined,
  currency: string | null | undefined,
): Money | null {
  return amount == null || currency == null ? null : moneyOf(amount, currency)
}

/** Money where both parts are known to be there (a non-null column and its currency). */
export function moneyOf(amount: string | Big, currency: string): Money {
  const places = currencyPlaces(currency)
  return {
    amount: typeof amount === 'string' ? withPlaces(amount, places) : decimalText(amount, places),
    currency,
  }
}

/** Exact sums, one per currency, in the order of the currency codes. */
export function sumMoney(monies: Iterable<Money | null>): Money[] {
  const sums = new Map<string, Big>()
  for (const part of monies) {
    if (part === null) continue
    sums.set(part.currency, (sums.get(part.currency) ?? new Big(0)).plus(part.amount))
  }
  return [...sums]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, sum]) => moneyOf(sum, currency))
}

/** The amount rounded half up to the places of its currency. */
export const roundMoney = (amount: Big, currency: string): Money =>
  moneyOf(amount.round(currencyPlaces(currency), Big.roundHalfUp), currency)
