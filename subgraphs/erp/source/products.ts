/**
 * The statements about products: prices, costs, bills of material, configuration, stock.
 */
import { expressionBuilder, sql } from 'kysely'
import { concat, position } from '#shared/dialect.ts'
import { byId, contains, equals, filterFor, inList } from '#shared/filter.ts'
import { capped } from '#shared/limits.ts'
import { listOf } from '#shared/list.ts'
import {
  integer,
  nullable,
  quantity,
  rate,
  text,
  type AnyDatabase,
  type Where,
} from '#shared/relations.ts'
import { typed } from '#shared/result-types.ts'
import { rowsBy } from '#shared/rows.ts'
import { relations } from '../relations.ts'
import type { Db, ErpDatabase } from './database.ts'

export const products = listOf<ErpDatabase, 'product'>('product', relations.product, {
  filter: filterFor({
    sku: byId('product.sku'),
    category: byId('product.category'),
    lifecycle: inList('product.lifecycle'),
    nameContains: contains('product.name'),
  }),
  sorts: { NAME: 'name', SKU: 'sku' },
  order: { column: 'name', direction: 'ASC' },
})

export const configurations = listOf<ErpDatabase, 'product_configuration'>(
  'product_configuration',
  relations.product_configuration,
  {
    filter: filterFor({
      sku: byId('product_configuration.sku'),
      valid: equals('product_configuration.valid'),
    }),
    sorts: { ID: 'id' },
    order: { column: 'id', direction: 'ASC' },
  },
)

/** The bills that contain a component, by bill. */
export const uses = listOf<ErpDatabase, 'bom_line'>('bom_line', relations.bom_line, {
  filter: filterFor({}),
  sorts: {},
  order: { column: 'bomId', direction: 'ASC' },
})

export const productsBySku = (db: Db, skus: readonly string[]) =>
  rowsBy(db, 'product', relations.product, 'sku', skus)

export const costsBySku = (db: Db, skus: readonly string[]) =>
  rowsBy(db, 'product_cost', relations.product_cost, 'sku', skus)

/** The prices in force on a day. */
export const pricesOf = (db: Db, skus: readonly string[], currency: string, at: string) =>
  rowsBy(db, 'product_price', relations.product_price, 'sku', skus, {
    where: (eb) =>
      eb.and([
        eb('product_price.currency', '=', currency),
        eb('product_price.validFrom', '<=', at),
        eb.or([eb('product_price.validTo', 'is', null), eb('product_price.validTo', '>=', at)]),
      ]),
    orderBy: ['sku', 'validFrom'],
  })

/** All revisions of the bills of products, the oldest first. */
export const bomsOf = (db: Db, skus: readonly string[]) =>
  rowsBy(db, 'bom', relations.bom, 'sku', skus, { orderBy: ['sku', 'validFrom'] })

export const bomsById = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'bom', relations.bom, 'id', ids)

export const bomLinesOf = (db: Db, bomIds: readonly string[]) =>
  rowsBy(db, 'bom_line', relations.bom_line, 'bomId', bomIds)

/** A component under a product, as the recursive statement finds it. */
export interface BomEdge {
  readonly rootBomId: string
  /** The stock-keeping units from the product down to this one, a separator around each. */
  readonly path: string
  /** The positions of the bills' lines down to this one, each before a slash. */
  readonly trail: string
  readonly level: number
  readonly componentSku: string
  /** For one unit of the product right above. */
  readonly quantity: string
  readonly unit: string
  readonly scrapPct: string | null
}

/** Stands in no stock-keeping unit, and sorts before every character that does. */
const separator = sql.val('\u001f')
const slash = sql.lit('/')

/** The bill of a product in force on a day; the one that began last where several are. */
const inForce =
  (at: string): Where =>
  (eb) => {
    const valid = (bom: string) =>
      eb.and([
        eb(`${bom}.validFrom`, '<=', at),
        eb.or([eb(`${bom}.validTo`, 'is', null), eb(`${bom}.validTo`, '>=', at)]),
      ])
    const later = eb
      .selectFrom('bom as later')
      .select('later.id')
      .whereRef('later.sku', '=', 'bom.sku')
      .where(valid('later'))
      .where((inner) =>
        inner.or([
          inner('later.validFrom', '>', inner.ref('bom.validFrom')),
          inner.and([
            inner('later.validFrom', '=', inner.ref('bom.validFrom')),
            inner('later.id', '>', inner.ref('bom.id')),
          ]),
        ]),
      )
    return eb.and([valid('bom'), eb.not(eb.exists(later))])
  }

/**
 * All components of all levels of bills, with the bills in force on a day: one recursive statement.
 * A component that would contain itself ends its branch. What is above comes before what is below.
 */
export async function explodeBoms(
  db: Db,
  bomIds: readonly string[],
  levels: number,
  at: string,
): Promise<readonly BomEdge[]> {
  const found = await db
    .withRecursive(
      'tree(rootBomId, path, trail, level, componentSku, quantity, unit, scrapPct)',
      (query) =>
        query
          .selectFrom('bom_line')
          .innerJoin('bom', 'bom.id', 'bom_line.bomId')
          .select((eb) => [
            eb.ref('bom.id').as('rootBomId'),
            typed(
              concat(
                separator,
                eb.ref('bom.sku'),
                separator,
                eb.ref('bom_line.componentSku'),
                separator,
              ),
              text(),
              'path',
            ),
            typed(concat(slash, eb.ref('bom_line.position'), slash), text(), 'trail'),
            typed(sql`1`, integer(), 'level'),
            'bom_line.componentSku',
            'bom_line.quantity',
            'bom_line.unit',
            'bom_line.scrapPct',
          ])
          .where('bom.id', 'in', bomIds)
          .whereRef('bom_line.componentSku', '<>', 'bom.sku')
          .unionAll((below) =>
            below
              .selectFrom('tree')
              .innerJoin('bom', 'bom.sku', 'tree.componentSku')
              .innerJoin('bom_line as line', 'line.bomId', 'bom.id')
              .select((eb) => [
                'tree.rootBomId',
                typed(
                  concat(eb.ref('tree.path'), eb.ref('line.componentSku'), separator),
                  text(),
                  'path',
                ),
                typed(
                  concat(eb.ref('tree.trail'), eb.ref('line.position'), slash),
                  text(),
                  'trail',
                ),
                typed(sql`${eb.ref('tree.level')} + 1`, integer(), 'level'),
                'line.componentSku',
                'line.quantity',
                'line.unit',
                'line.scrapPct',
              ])
              .where('tree.level', '<', levels)
              .where(inForce(at)(expressionBuilder<AnyDatabase, string>()))
              .where((eb) =>
                eb(
                  position(
                    eb.ref('tree.path'),
                    concat(separator, eb.ref('line.componentSku'), separator),
                  ),
                  '=',
                  eb.lit(0),
                ),
              ),
          ),
    )
    .selectFrom('tree')
    .select((eb) => [
      'tree.rootBomId',
      typed(eb.ref('tree.path'), text(), 'path'),
      typed(eb.ref('tree.trail'), text(), 'trail'),
      typed(eb.ref('tree.level'), integer(), 'level'),
      'tree.componentSku',
      typed(eb.ref('tree.quantity'), quantity(), 'quantity'),
      typed(eb.ref('tree.unit'), text(), 'unit'),
      typed(eb.ref('tree.scrapPct'), nullable(rate()), 'scrapPct'),
    ])
    // Without an order the database stops at the limit instead of first finding all there is.
    .limit(maxBomRows + 1)
    .execute()
  return capped(found, maxBomRows, 'The bills of this answer').toSorted(byPath)
}

const byPath = (a: BomEdge, b: BomEdge): number =>
  compare(a.path, b.path) || compare(a.trail, b.trail)

const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)

/** Components that one statement may answer: a tangle of bills is an error, never a cut answer. */
const maxBomRows = 20_000

export const optionsOf = (db: Db, skus: readonly string[]) =>
  rowsBy(db, 'config_option', relations.config_option, 'sku', skus)

export const choicesOf = (db: Db, skus: readonly string[]) =>
  rowsBy(db, 'config_choice', relations.config_choice, 'sku', skus)

export const exclusionsOf = (db: Db, skus: readonly string[]) =>
  rowsBy(db, 'config_exclusion', relations.config_exclusion, 'sku', skus)

export const configurationsById = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'product_configuration', relations.product_configuration, 'id', ids)

export const choicesOfConfigurations = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'configuration_choice', relations.configuration_choice, 'configurationId', ids)

export const stockOf = (db: Db, skus: readonly string[]) =>
  rowsBy(db, 'stock', relations.stock, 'sku', skus)

export const sitesById = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'site', relations.site, 'id', ids)

export const allSites = (db: Db) =>
  db
    .selectFrom('site')
    .select(['id', 'name', 'latitude', 'longitude'])
    .orderBy('id')
    .limit(101)
    .execute()

/** What will come in: open lines of purchase orders and open production orders, by day. */
export const purchasesComing = (db: Db, skus: readonly string[]) =>
  rowsBy(db, 'purchase_order_line', relations.purchase_order_line, 'sku', skus, {
    where: (eb) =>
      eb.and([
        eb('purchase_order_line.isOpen', '=', true),
        eb('purchase_order_line.expectedOn', 'is not', null),
      ]),
    orderBy: ['sku', 'expectedOn'],
  })

export const productionComing = (db: Db, skus: readonly string[]) =>
  rowsBy(db, 'production_order', relations.production_order, 'sku', skus, {
    where: (eb) =>
      eb.and([
        eb('production_order.isOpen', '=', true),
        eb('production_order.dueOn', 'is not', null),
      ]),
    orderBy: ['sku', 'dueOn'],
  })
