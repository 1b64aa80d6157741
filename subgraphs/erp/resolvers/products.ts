/**
 * Products: prices, bills of material, configuration, stock and what can be promised.
 */
import { Big, decimalText, parseDecimal } from '#shared/decimal.ts'
import { AppError } from '#shared/errors.ts'
import { cappedList, moneyField, pointField, quantityField } from '#shared/fields.ts'
import { maxListRows } from '#shared/limits.ts'
import type { ListArgs } from '#shared/list.ts'
import { withMore } from '#shared/rows.ts'
import { money, moneyOf } from '#shared/money.ts'
import type { Resolvers } from '#shared/subgraph.ts'
import {
  explode,
  freeOf,
  lacking,
  promise,
  rollUpCost,
  type ExplodedEdge,
  type Promise as Promised,
  type UnitCost,
} from '../rules.ts'
import * as source from '../source.ts'
import type { Row } from '../source.ts'
import { maybe, type Erp, type Ranged } from './context.ts'

type Product = Row<'product'>
/** A bill as it was asked for: what is below it is in force on the same day. */
interface Bom extends Row<'bom'> {
  readonly at: string
}

const productOf = ({ sku }: { sku: string | null }, _: object, { loaders }: Erp) =>
  maybe(sku, (key) => loaders.productBySku.load(key))

function checkedLevels(levels: number): number {
  if (levels >= 1 && levels <= 20) return levels
  throw new AppError(
    'BAD_USER_INPUT',
    `"levels" takes a whole number from 1 to 20, but got ${levels}.`,
  )
}

/** The rows of an exploded bill as the schema has them. */
export async function explosionRows(
  rootSku: string,
  edges: readonly ExplodedEdge[],
  { loaders }: Erp,
) {
  const skus = [...new Set(edges.map((edge) => edge.componentSku))]
  const stock = await Promise.all(skus.map((sku) => loaders.stock.load(sku)))
  const lacks = lacking(edges, new Map(skus.map((sku, at) => [sku, freeOf(stock[at] ?? [])])))
  const rows = edges.map(async (edge, at) => {
    const cost = await loaders.costBySku.load(edge.componentSku)
    const lack = lacks[at]
    return {
      level: edge.level,
      path: [rootSku, ...edge.skus],
      sku: edge.componentSku,
      quantity: { value: decimalText(edge.needed), unit: edge.unit },
      cost: cost === null ? null : moneyOf(edge.needed.times(cost.standardCost), cost.currency),
      shortage: lack?.gt(0) ? { value: decimalText(lack), unit: edge.unit } : null,
    }
  })
  return Promise.all(rows)
}

/** A promise as the schema has it. */
const atp = ({ promisable, date, quantity, used }: Promised, unit: string) => ({
  promisable,
  date,
  quantity: { value: decimalText(quantity), unit },
  sources: used.map((supply) => ({
    ...supply,
    quantity: { value: decimalText(supply.quantity), unit },
  })),
})

export const productResolvers: Resolvers = {
  Query: {
    product: (_: unknown, { sku }: { sku: string }, { loaders }: Erp) =>
      loaders.productBySku.load(sku),
    products: (_: unknown, args: ListArgs, { databases: { erp } }: Erp) =>
      source.products.page(erp, args),
    productConfiguration: (_: unknown, { id }: { id: string }, { loaders }: Erp) =>
      loaders.configurationById.load(id),
    productConfigurations: (_: unknown, args: ListArgs, { databases: { erp } }: Erp) =>
      source.configurations.page(erp, args),
    site: (_: unknown, { id }: { id: string }, { loaders }: Erp) => loaders.siteById.load(id),
    sites: (_: unknown, __: object, { databases: { erp } }: Erp) =>
      cappedList(source.allSites(erp), 100, 'sites'),
  },
  Product: {
    __resolveReference: ({ sku }: { sku: string }, { loaders }: Erp) =>
      loaders.productBySku.load(sku),
    listPrice: async (
      { sku }: Product,
      { currency, at }: { currency: string; at?: string | null },
      { loaders, calendar }: Erp,
    ) => {
      const price = await loaders.price({ currency, at: at ?? calendar.today }).load(sku)
      return price === null ? null : moneyField('price')(price)
    },
    standardCost: async ({ sku }: Product, _: object, { loaders }: Erp) => {
      const cost = await loaders.costBySku.load(sku)
      return cost === null ? null : moneyField('standardCost')(cost)
    },
    bom: async (
      { sku }: Product,
      { revision, at }: { revision?: string | null; at?: string | null },
      { loaders, calendar }: Erp,
    ) => {
      const boms = await loaders.bomsOfProduct.load(sku)
      const day = at ?? calendar.today
      const found = boms.findLast((bom) =>
        revision
          ? bom.revision === revision
          : bom.validFrom <= day && (bom.validTo === null || bom.validTo >= day),
      )
      return found === undefined ? null : withMore(found, { at: day })
    },
    whereUsed: ({ sku }: Product, args: ListArgs, { loaders }: Erp) => loaders.uses(args).load(sku),
    configurationModel: async ({ sku }: Product, _: object, { loaders }: Erp) => {
      const options = await loaders.options.load(sku)
      return options.length === 0 ? null : { sku }
    },
    stock: async ({ sku }: Product, { sites }: { sites?: string[] | null }, { loaders }: Erp) => {
      const positions = await loaders.stock.load(sku)
      const wanted = sites ? positions.filter((row) => sites.includes(row.siteId)) : positions
      return cappedList(wanted, 100, 'Product.stock')
    },
    freeStock: async ({ sku, uom }: Product, _: object, { loaders }: Erp) => ({
      value: decimalText(freeOf(await loaders.stock.load(sku))),
      unit: uom,
    }),
    availableToPromise: async (
      { sku, uom }: Product,
      { quantity, by }: { quantity: string; by?: string | null },
      { loaders }: Erp,
    ) => {
      const wanted = parseDecimal(quantity, '"quantity"')
      if (wanted.lte(0)) throw new AppError('BAD_USER_INPUT', '"quantity" takes more than 0.')
      return atp(promise(await loaders.suppliesOf(sku), wanted, by ?? null), uom)
    },
    suppliers: ({ sku }: Product, _: object, { loaders }: Erp) =>
      cappedList(loaders.offersOfProduct.load(sku), 100, 'Product.suppliers'),
    salesStats: async ({ sku }: Product, { range }: Ranged, { loaders }: Erp) => {
      const rows = await loaders.productSales(range ?? null).load(sku)
      return rows.map((row) => ({
        currency: row.currency,
        orders: row.orders,
        quantity: row.quantity,
        ordered: moneyField('ordered')(row),
        shipped: moneyField('shipped')(row),
      }))
    },
    productionOrders: ({ sku }: Product, args: ListArgs, { loaders }: Erp) =>
      loaders.productionOfProduct(args).load(sku),
  },
  Bom: {
    lines: ({ id }: Bom, _: object, { loaders }: Erp) =>
      cappedList(loaders.bomLines.load(id), 500, 'Bom.lines'),
    explosion: async (
      { id, sku, at }: Bom,
      { levels, quantity }: { levels: number; quantity: string },
      context: Erp,
    ) => {
      const edges = await context.loaders.bomEdges({ levels: checkedLevels(levels), at }).load(id)
      const exploded = explode(
        await cappedList(edges, maxListRows, 'Bom.explosion'),
        parseDecimal(quantity, '"quantity"'),
      )
      return explosionRows(sku, exploded, context)
    },
    costRollup: async ({ id, sku, at }: Bom, { levels }: { levels: number }, { loaders }: Erp) => {
      const edges = explode(
        await loaders.bomEdges({ levels: checkedLevels(levels), at }).load(id),
        new Big(1),
      )
      const skus = [...new Set([sku, ...edges.map((edge) => edge.componentSku)])]
      const costs = await Promise.all(skus.map((each) => loaders.costBySku.load(each)))
      const known = new Map(
        costs.flatMap((cost): [string, UnitCost][] => (cost === null ? [] : [[cost.sku, cost]])),
      )
      const { material, labour, overhead, currency, missingCostSkus } = rollUpCost(
        sku,
        edges,
        known,
      )
      const complete = missingCostSkus.length === 0
      const of = (amount: Big) => (complete ? moneyOf(amount.round(6), currency) : null)
      return {
        material: of(material),
        labour: of(labour),
        overhead: of(overhead),
        total: of(material.plus(labour).plus(overhead)),
        missingCostSkus,
      }
    },
  },
  BomLine: {
    component: ({ componentSku }: Row<'bom_line'>, _: object, { loaders }: Erp) =>
      loaders.productBySku.load(componentSku),
    quantity: quantityField('quantity'),
  },
  BomExplosionRow: { component: productOf },
  WhereUsed: {
    product: async ({ bomId }: Row<'bom_line'>, _: object, { loaders }: Erp) => {
      const bom = await loaders.bomById.load(bomId)
      return bom === null ? null : loaders.productBySku.load(bom.sku)
    },
    revision: async ({ bomId }: Row<'bom_line'>, _: object, { loaders }: Erp) =>
      (await loaders.bomById.load(bomId))?.revision ?? null,
    quantity: quantityField('quantity'),
  },
  ConfigurationModel: {
    options: ({ sku }: { sku: string }, _: object, { loaders }: Erp) =>
      cappedList(loaders.options.load(sku), 100, 'ConfigurationModel.options'),
  },
  ConfigOption: {
    choices: async ({ sku, code }: Row<'config_option'>, _: object, { loaders }: Erp) => {
      const choices = await loaders.choices.load(sku)
      const own = choices.filter((choice) => choice.optionCode === code)
      return cappedList(own, 100, 'ConfigOption.choices')
    },
  },
  ConfigChoice: {
    priceDelta: moneyField('priceDelta'),
    excludes: async ({ sku, code }: Row<'config_choice'>, _: object, { loaders }: Erp) => {
      const exclusions = await loaders.exclusions.load(sku)
      // Stated once, it holds both ways.
      const codes = exclusions.flatMap(({ choiceCode, excludesCode }) =>
        choiceCode === code ? [excludesCode] : excludesCode === code ? [choiceCode] : [],
      )
      return [...new Set(codes)].toSorted()
    },
  },
  ProductConfiguration: {
    __resolveReference: ({ id }: { id: string }, { loaders }: Erp) =>
      loaders.configurationById.load(id),
    product: productOf,
    choices: async ({ id }: Row<'product_configuration'>, _: object, { loaders }: Erp) => {
      const choices = await loaders.choicesOfConfiguration.load(id)
      return cappedList(
        choices.map((row) => row.choiceCode),
        100,
        'ProductConfiguration.choices',
      )
    },
    price: ({ price, currency }: Row<'product_configuration'>) => money(price, currency),
  },
  StockPosition: {
    site: ({ siteId }: Row<'stock'>, _: object, { loaders }: Erp) => loaders.siteById.load(siteId),
    onHand: quantityField('onHand'),
    reserved: quantityField('reserved'),
    inTransit: quantityField('inTransit'),
  },
  Site: {
    __resolveReference: ({ id }: { id: string }, { loaders }: Erp) => loaders.siteById.load(id),
    location: pointField,
  },
  QuoteLine: {
    promise: async (
      line: {
        quoteNo: string
        lineNo: number
        sku?: string | null
        quantity?: { value: string; unit: string } | null
      },
      _: object,
      { loaders }: Erp,
    ) => {
      const { quoteNo, lineNo, sku, quantity } = line
      if (!sku || !quantity) return null
      const promised = await loaders.linePromise.load({
        quoteNo,
        lineNo,
        sku,
        quantity: quantity.value,
      })
      return atp(promised, quantity.unit)
    },
  },
}

export { productOf }
