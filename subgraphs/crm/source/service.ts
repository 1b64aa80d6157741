/**
 * The statements about cases, field service, tasks and what sales says of products.
 */
import { aggregate, average, bucketOf, count, countIf } from '#shared/aggregate.ts'
import type { Calendar, DateRange } from '#shared/calendar.ts'
import { allOf, byId, dateRange, equals, filterFor, flag, inList } from '#shared/filter.ts'
import { listOf } from '#shared/list.ts'
import type { Where } from '#shared/relations.ts'
import { rowsBy } from '#shared/rows.ts'
import { relations } from '../relations.ts'
import type { CrmDatabase, Db } from './database.ts'
import type { AggregateArgs } from './sales.ts'

export const caseFilter = filterFor({
  caseNo: byId('service_case.caseNo'),
  crmAccountId: byId('service_case.crmAccountId'),
  sku: byId('service_case.sku'),
  orderNo: byId('service_case.orderNo'),
  assigneeLoginId: byId('service_case.assigneeLoginId'),
  kind: inList('service_case.kind'),
  status: inList('service_case.status'),
  isOpen: equals('service_case.isOpen'),
  opened: dateRange('service_case.openedOn'),
  breached: equals('service_case.slaBreached'),
})

export const cases = listOf<CrmDatabase, 'service_case'>('service_case', relations.service_case, {
  filter: caseFilter,
  sorts: { OPENED_ON: 'openedOn', PRIORITY: 'priority' },
  order: { column: 'openedOn', direction: 'DESC' },
})

export const jobs = listOf<CrmDatabase, 'field_service_job'>(
  'field_service_job',
  relations.field_service_job,
  {
    filter: filterFor({
      id: byId('field_service_job.id'),
      caseNo: byId('field_service_job.caseNo'),
      technicianLoginId: byId('field_service_job.technicianLoginId'),
      isUnassigned: flag((eb) => eb('field_service_job.technicianLoginId', 'is', null)),
      status: inList('field_service_job.status'),
      planned: dateRange('field_service_job.plannedOn'),
    }),
    sorts: { PLANNED_ON: 'plannedOn' },
    order: { column: 'plannedOn', direction: 'ASC' },
  },
)

export const tasks = listOf<CrmDatabase, 'task'>('task', relations.task, {
  filter: filterFor({
    loginId: byId('task.loginId'),
    status: inList('task.status'),
    due: dateRange('task.dueOn'),
  }),
  sorts: { DUE_ON: 'dueOn' },
  order: { column: 'dueOn', direction: 'ASC' },
})

export const casesByNo = (db: Db, nos: readonly string[]) =>
  rowsBy(db, 'service_case', relations.service_case, 'caseNo', nos)

export const casesOfOrders = (db: Db, nos: readonly string[]) =>
  rowsBy(db, 'service_case', relations.service_case, 'orderNo', nos)

export const jobsById = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'field_service_job', relations.field_service_job, 'id', ids)

export const jobsOfCases = (db: Db, nos: readonly string[]) =>
  rowsBy(db, 'field_service_job', relations.field_service_job, 'caseNo', nos)

export const tasksById = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'task', relations.task, 'id', ids)

export const textsOf = (db: Db, skus: readonly string[]) =>
  rowsBy(db, 'product_text', relations.product_text, 'sku', skus)

export const assetsOf = (db: Db, skus: readonly string[]) =>
  rowsBy(db, 'marketing_asset', relations.marketing_asset, 'sku', skus)

/** How many open cases each person works on. */
export const caseLoads = (db: Db, loginIds: readonly string[], calendar: Calendar) =>
  aggregate({
    from: db.selectFrom('service_case'),
    where: (eb) =>
      eb.and([
        eb('service_case.assigneeLoginId', 'in', loginIds),
        eb('service_case.isOpen', '=', true),
      ]),
    dimensions: { ASSIGNEE: ['service_case.assigneeLoginId'] },
    groupBy: ['ASSIGNEE'],
    calendar,
    currency: null,
    measures: { count: count() },
    first: 'ALL',
  })

/** Complaints, returns and warranty claims of products, by cause. */
export const complaintsOf = (
  db: Db,
  skus: readonly string[],
  range: DateRange | null,
  calendar: Calendar,
) =>
  aggregate({
    from: db.selectFrom('service_case'),
    where: allOf(
      (eb) => eb('service_case.sku', 'in', skus),
      range === null ? undefined : (eb) => dateRange('service_case.openedOn')(eb, range),
    ),
    dimensions: { PRODUCT: ['service_case.sku'], ROOT_CAUSE: ['service_case.rootCause'] },
    groupBy: ['PRODUCT', 'ROOT_CAUSE'],
    calendar,
    currency: null,
    measures: {
      complaints: countIf((eb) => eb('service_case.kind', '=', 'COMPLAINT')),
      returns: countIf((eb) => eb('service_case.kind', '=', 'RETURN')),
      warranties: countIf((eb) => eb('service_case.kind', '=', 'WARRANTY')),
    },
    first: 'ALL',
  })

const measures = {
  count: count(),
  open: countIf((eb) => eb('service_case.isOpen', '=', true)),
  breached: countIf((eb) => eb('service_case.slaBreached', '=', true)),
  averageResolveHours: average('service_case.resolveHours'),
  averageSatisfaction: average('service_case.satisfaction'),
}

export const caseAggregates = (
  db: Db,
  args: AggregateArgs<'count' | 'open' | 'breached'>,
  where: Where | undefined,
  calendar: Calendar,
) =>
  aggregate<string, keyof typeof measures>({
    ...args,
    from: db.selectFrom('service_case'),
    where,
    dimensions: {
      CUSTOMER: ['service_case.crmAccountId'],
      PRODUCT: ['service_case.sku'],
      KIND: ['service_case.kind'],
      STATUS: ['service_case.status'],
      ASSIGNEE: ['service_case.assigneeLoginId'],
      ROOT_CAUSE: ['service_case.rootCause'],
      OPENED_PERIOD: bucketOf('service_case.openedOn'),
    },
    calendar,
    currency: null,
    measures,
  })
