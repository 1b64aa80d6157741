/**
 * An amount divided among several, so that the parts are whole minor units of its currency and add up
 * to the amount exactly. Works on any relation; must not know a business noun.
 */
import { expressionBuilder, ExpressionWrapper, FunctionNode, sql, type Expression } from 'kysely'
import { shareFunction } from './dialect.ts'
import { threePlaceCurrencies, zeroPlaceCurrencies } from './money.ts'
import type { AnyDatabase } from './relations.ts'

/** The columns, each `'relation.column'`, that say what is divided. */
export interface ShareColumns {
  readonly amount: string
  /** The places of its currency, see `placesOf`. */
  readonly places: string
  /** Whose part it is, 1 to `parts`. */
  readonly part: string
  readonly parts: string
}

/** The part of one: all get the same, and the first ones one minor unit more of what is left. */
export const evenShare = ({ amount, part, parts, places }: ShareColumns): Expression<string> =>
  new ExpressionWrapper<AnyDatabase, string, string>(
    FunctionNode.create(
      shareFunction,
      [amount, part, parts, places].map((column) => sql.ref(column).toOperationNode()),
    ),
  )

const build = expressionBuilder<AnyDatabase, string>()

/** The minor-unit places of the currency in a column. */
export const placesOf = (currency: string): Expression<number> =>
  build
    .case()
    .when(build(currency, 'in', zeroPlaceCurrencies))
    .then(sql.lit(0))
    .when(build(currency, 'in', threePlaceCurrencies))
    .then(sql.lit(3))
    .else(sql.lit(2))
    .end()
