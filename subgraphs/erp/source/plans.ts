/**
 * The statements about sales plans: the targets, and what was ordered towards them.
 */
import { aggregate, sum } from '#shared/aggregate.ts'
import type { Calendar } from '#shared/calendar.ts'
import { allOf, byId, filterFor } from '#shared/filter.ts'
import { listOf } from '#shared/list.ts'
import { rowsBy } from '#shared/rows.ts'
import { relations } from '../relations.ts'
import type { Db, ErpDatabase } from './database.ts'
import { notCancelled } from './orders.ts'

export const salesPlans = listOf<ErpDatabase, 'sales_plan'>('sales_plan', relations.sales_plan, {
  filter: filterFor({
    period: byId('sales_plan.periodKey'),
    employeeNo: byId('sales_plan.employeeNo'),
    region: byId('sales_plan.region'),
    sku: byId('sales_plan.sku'),
  }),
  sorts: { PERIOD: 'periodKey' },
  order: { column: 'periodKey', direction: 'ASC' },
})

export const plansById = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'sales_plan', relations.sales_plan, 'id', ids)

export const plansOfEmployees = (db: Db, nos: readonly string[], periodKey: string) =>
  rowsBy(db, 'sales_plan', relations.sales_plan, 'employeeNo', nos, {
    where: (eb) => eb('sales_plan.periodKey', '=', periodKey),
  })

/** What the salespeople of plans ordered in the plans' days and currencies, one row per plan. */
export const planOrders = (db: Db, planIds: readonly string[], calendar: Calendar) =>
  aggregate({
    from: db
      .selectFrom('sales_plan')
      .innerJoin('sales_order', (join) =>
        join
          .onRef('sales_order.salespersonNo', '=', 'sales_plan.employeeNo')
          .onRef('sales_order.orderedOn', '>=', 'sales_plan.startsOn')
          .onRef('sales_order.orderedOn', '<=', 'sales_plan.endsOn')
          .onRef('sales_order.currency', '=', 'sales_plan.currency'),
      ),
    where: allOf((eb) => eb('sales_plan.id', 'in', planIds), notCancelled),
    dimensions: { PLAN: ['sales_plan.id'] },
    groupBy: ['PLAN'],
    calendar,
    currency: 'sales_order.currency',
    measures: { ordered: sum('sales_order.net') },
    first: 'ALL',
  })

/** What was ordered of the products of plans, by the plan's salesperson where it has one. */
export const planLines = (db: Db, planIds: readonly string[], calendar: Calendar) =>
  aggregate({
    from: db
      .selectFrom('sales_plan')
      .innerJoin('sales_order_line', 'sales_order_line.sku', 'sales_plan.sku')
      .innerJoin('sales_order', (join) =>
        join
          .onRef('sales_order.orderNo', '=', 'sales_order_line.orderNo')
          .onRef('sales_order.orderedOn', '>=', 'sales_plan.startsOn')
          .onRef('sales_order.orderedOn', '<=', 'sales_plan.endsOn')
          .onRef('sales_order.currency', '=', 'sales_plan.currency'),
      ),
    where: allOf(
      (eb) => eb('sales_plan.id', 'in', planIds),
      (eb) =>
        eb.or([
          eb('sales_plan.employeeNo', 'is', null),
          eb('sales_plan.employeeNo', '=', eb.ref('sales_order.salespersonNo')),
        ]),
      notCancelled,
    ),
    dimensions: { PLAN: ['sales_plan.id'] },
    groupBy: ['PLAN'],
    calendar,
    currency: 'sales_order.currency',
    measures: { ordered: sum('sales_order_line.net') },
    first: 'ALL',
  })
