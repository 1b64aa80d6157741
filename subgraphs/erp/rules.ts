/**
 * What the ERP knows beyond its rows: exploding a bill, rolling up its cost, promising a quantity,
 * saying why an order is stuck. Pure: no database, no clock.
 */
import { Big, decimalText } from '#shared/decimal.ts'

/** A component of a bill, for one unit of what is right above it. */
export interface Edge {
  /** The positions down to this one, `/10/20/`: a component may stand twice in the same bill. */
  readonly trail: string
  readonly level: number
  readonly componentSku: string
  readonly quantity: string
  readonly unit: string
  /** Percent. */
  readonly scrapPct: string | null
}

export interface ExplodedEdge extends Edge {
  /** From the first component down to this one. */
  readonly skus: readonly string[]
  /** For the quantity that was asked for, scrap of all levels included. */
  readonly needed: Big
  /** Whether components below it were found. */
  readonly hasComponents: boolean
}

/** Multiplies the quantities down every branch, exactly. What is above comes before what is below. */
export function explode(edges: readonly Edge[], quantity: Big): readonly ExplodedEdge[] {
  const explodedAt = new Map<string, ExplodedEdge>()
  const parents = new Set(edges.map(({ trail }) => trailAbove(trail)))
  return edges.map((edge) => {
    const above = explodedAt.get(trailAbove(edge.trail))
    if (above === undefined && edge.level > 1) throw new TypeError(`nothing above ${edge.trail}`)
    const scrap = new Big(edge.scrapPct ?? '0').div(100).plus(1)
    const exploded = {
      ...edge,
      skus: [...(above?.skus ?? []), edge.componentSku],
      needed: (above?.needed ?? quantity).times(edge.quantity).times(scrap),
      hasComponents: parents.has(edge.trail),
    }
    explodedAt.set(edge.trail, exploded)
    return exploded
  })
}

/** `/10/20/` → `/10/`, `/10/` → `/`. */
const trailAbove = (trail: string): string =>
  trail.slice(0, trail.lastIndexOf('/', trail.length - 2) + 1)

export interface UnitCost {
  readonly sku: string
  readonly standardCost: string
  readonly material: string | null
  readonly labour: string | null
  readonly overhead: string | null
  readonly currency: string
}

export interface CostRollup {
  readonly material: Big
  readonly labour: Big
  readonly overhead: Big
  readonly currency: string
  readonly missingCostSkus: readonly string[]
}

/**
 * What one unit costs: bought material of the leaves, labour and overhead of everything made.
 * Missing is what has no cost, one in another currency, or is made and lacks labour or overhead.
 * A product without a cost of its own takes the currency of its first component that has one.
 */
export function rollUpCost(
  sku: string,
  edges: readonly ExplodedEdge[],
  costs: ReadonlyMap<string, UnitCost>,
): CostRollup {
  const missing = new Set<string>()
  const first = [sku, ...edges.map((edge) => edge.componentSku)].find((each) => costs.has(each))
  const currency = costs.get(first ?? sku)?.currency ?? ''
  let [material, labour, overhead] = [new Big(0), new Big(0), new Big(0)]
  const all = [{ componentSku: sku, needed: new Big(1), hasComponents: edges.length > 0 }, ...edges]
  for (const { componentSku, needed, hasComponents } of all) {
    const cost = costs.get(componentSku)
    if (cost === undefined || cost.currency !== currency) {
      missing.add(componentSku)
      continue
    }
    if (!hasComponents) {
      material = material.plus(needed.times(boughtCost(cost)))
      continue
    }
    if (cost.labour === null || cost.overhead === null) {
      missing.add(componentSku)
      continue
    }
    labour = labour.plus(needed.times(cost.labour))
    overhead = overhead.plus(needed.times(cost.overhead))
  }
  return { material, labour, overhead, currency, missingCostSkus: [...missing].toSorted() }
}

/** A component that was not exploded further counts with all it costs. */
const boughtCost = ({ material, labour, overhead, standardCost }: UnitCost): string =>
  labour === null && overhead === null && material !== null ? material : standardCost

export interface Supply {
  readonly kind: 'STOCK' | 'PURCHASE_ORDER' | 'PRODUCTION_ORDER'
  readonly reference: string | null
  readonly date: string
  readonly quantity: Big
}

export interface Promise {
  readonly promisable: boolean
  readonly date: string | null
  /** What can be had by the day asked for. */
  readonly quantity: Big
  readonly used: readonly Supply[]
  /** What is left for whoever comes later. */
  readonly rest: readonly Supply[]
}

/** Takes a quantity from supplies, the earliest first. `by` null means whenever it comes. */
export function promise(supplies: readonly Supply[], wanted: Big, by: string | null): Promise {
  const used: Supply[] = []
  const rest: Supply[] = []
  let open = wanted
  for (const supply of supplies.toSorted(earliestFirst)) {
    const taken = supply.quantity.lt(open) ? supply.quantity : open
    if (taken.lte(0)) {
      rest.push(supply)
      continue
    }
    open = open.minus(taken)
    used.push({ ...supply, quantity: taken })
    if (supply.quantity.gt(taken)) rest.push({ ...supply, quantity: supply.quantity.minus(taken) })
  }
  const inTime = used.filter(({ date }) => by === null || date <= by)
  const date = open.lte(0) ? (used.at(-1)?.date ?? null) : null
  return {
    promisable: date !== null && (by === null || date <= by),
    date,
    quantity: inTime.reduce((sum, supply) => sum.plus(supply.quantity), new Big(0)),
    used,
    rest,
  }
}

const earliestFirst = (a: Supply, b: Supply): number =>
  a.date === b.date
    ? a.kind === 'STOCK'
      ? -1
      : b.kind === 'STOCK'
        ? 1
        : 0
    : a.date < b.date
      ? -1
      : 1

export interface Demand {
  readonly quoteNo: string
  readonly lineNo: number
  readonly sku: string
  readonly quantity: string
}

/** Promises several demands in their order; each takes what the earlier ones left. */
export function promiseInOrder(
  demands: readonly Demand[],
  suppliesOf: ReadonlyMap<string, readonly Supply[]>,
): ReadonlyMap<Demand, Promise> {
  const left = new Map(suppliesOf)
  const sorted = demands.toSorted((a, b) =>
    a.quoteNo === b.quoteNo ? a.lineNo - b.lineNo : a.quoteNo < b.quoteNo ? -1 : 1,
  )
  return new Map(
    sorted.map((demand) => {
      const promised = promise(left.get(demand.sku) ?? [], new Big(demand.quantity), null)
      left.set(demand.sku, promised.rest)
      return [demand, promised]
    }),
  )
}

export interface StockLevel {
  readonly onHand: string
  readonly reserved: string
}

/** On hand and not reserved, over all sites; never below zero. */
export function freeOf(levels: readonly StockLevel[]): Big {
  const free = levels.reduce(
    (sum, { onHand, reserved }) => sum.plus(onHand).minus(reserved),
    new Big(0),
  )
  return free.lt(0) ? new Big(0) : free
}

/** What free stock lacks of each row's need; rows that share a component share its stock, in order. */
export function lacking(
  rows: readonly { readonly componentSku: string; readonly needed: Big }[],
  free: ReadonlyMap<string, Big>,
): readonly Big[] {
  const left = new Map(free)
  return rows.map(({ componentSku, needed }) => {
    const here = left.get(componentSku) ?? new Big(0)
    const rest = here.minus(needed)
    left.set(componentSku, rest.lt(0) ? new Big(0) : rest)
    return rest.lt(0) ? rest.abs() : new Big(0)
  })
}

export interface OrderState {
  readonly isOpen: boolean
  readonly status: string
  readonly promisedOn: string | null
}

export interface Hold {
  readonly kind: string
  readonly releasedAt: string | null
}

export interface ProductionState {
  readonly isOpen: boolean
  readonly dueOn: string | null
}

/** Why an open order does not go on, in the order a person would look. */
export function stuckReasons(
  order: OrderState,
  holds: readonly Hold[],
  production: readonly ProductionState[],
  today: string,
): readonly string[] {
  if (!order.isOpen) return []
  const late = order.promisedOn !== null && order.promisedOn < today
  return [
    ...holds.filter((hold) => hold.releasedAt === null).map((hold) => `${hold.kind}_HOLD`),
    ...(production.some(({ isOpen, dueOn }) => isOpen && dueOn !== null && dueOn < today)
      ? ['PRODUCTION_LATE']
      : []),
    ...(late && order.status === 'READY' ? ['NOT_SHIPPED'] : []),
    ...(late ? ['PROMISE_BROKEN'] : []),
  ]
}

/** `part` of `whole` as decimal text with four places, null when there is no whole: sums over nothing. */
export const share = (
  part: string | number | null,
  whole: string | number | null,
): string | null =>
  part === null || whole === null || new Big(whole).eq(0)
    ? null
    : decimalText(new Big(part).div(whole).round(4))
