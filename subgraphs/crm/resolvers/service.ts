/**
 * Cases, field service, tasks, and what the CRM knows of employees and products.
 */
import { cappedList, pointField, stub } from '#shared/fields.ts'
import type { ListArgs } from '#shared/list.ts'
import type { Resolvers } from '#shared/subgraph.ts'
import { complaintStats, type CauseCounts } from '../rules.ts'
import * as source from '../source.ts'
import type { AggregateArgs, Row } from '../source.ts'
import { customerOf, employeeOf, maybe, withCustomers, type Crm, type Ranged } from './context.ts'
import { pipelinesOf } from './customers.ts'

type Case = Row<'service_case'>
type Job = Row<'field_service_job'>
type Task = Row<'task'>

interface EmployeeReference {
  readonly loginId: string
}

export const serviceResolvers: Resolvers = {
  CaseMeasure: { COUNT: 'count', OPEN: 'open', BREACHED: 'breached' },
  Query: {
    case: (_: unknown, { caseNo }: { caseNo: string }, { loaders }: Crm) =>
      loaders.caseByNo.load(caseNo),
    cases: async (_: unknown, args: ListArgs, crm: Crm) =>
      source.cases.page(crm.databases.crm, await withCustomers(args, crm)),
    caseAggregates: async (
      _: unknown,
      all: { filter?: object | null } & AggregateArgs<'count' | 'open' | 'breached'>,
      crm: Crm,
    ) => {
      const { filter, ...args } = await withCustomers(all, crm)
      return source.caseAggregates(crm.databases.crm, args, source.caseFilter(filter), crm.calendar)
    },
    fieldServiceJob: (_: unknown, { id }: { id: string }, { loaders }: Crm) =>
      loaders.jobById.load(id),
    fieldServiceJobs: (_: unknown, args: ListArgs, { databases: { crm } }: Crm) =>
      source.jobs.page(crm, args),
    crmTask: (_: unknown, { id }: { id: string }, { loaders }: Crm) => loaders.taskById.load(id),
    crmTasks: (_: unknown, args: ListArgs, { databases: { crm } }: Crm) =>
      source.tasks.page(crm, args),
  },
  Case: {
    __resolveReference: ({ caseNo }: { caseNo: string }, { loaders }: Crm) =>
      loaders.caseByNo.load(caseNo),
    customer: customerOf,
    contact: ({ contactId }: Case, _: object, { loaders }: Crm) =>
      maybe(contactId, (id) => loaders.contactById.load(id)),
    product: stub('sku'),
    salesOrder: stub('orderNo'),
    assignee: employeeOf('assigneeLoginId'),
    interactions: ({ caseNo }: Case, args: ListArgs, { loaders }: Crm) =>
      loaders.interactionsOfCase(args).load(caseNo),
    dispatch: ({ caseNo }: Case, _: object, { loaders }: Crm) =>
      cappedList(loaders.jobsOfCase.load(caseNo), 100, 'Case.dispatch'),
  },
  FieldServiceJob: {
    __resolveReference: ({ id }: { id: string }, { loaders }: Crm) => loaders.jobById.load(id),
    case: ({ caseNo }: Job, _: object, { loaders }: Crm) => loaders.caseByNo.load(caseNo),
    technician: employeeOf('technicianLoginId'),
    location: pointField,
    part: stub('sku', 'partSku'),
  },
  Employee: {
    crmTasks: ({ loginId }: EmployeeReference, args: ListArgs, { loaders }: Crm) =>
      loaders.tasksOfEmployee(args).load(loginId),
    pipeline: async ({ loginId }: EmployeeReference, { range }: Ranged, { loaders }: Crm) =>
      pipelinesOf(await loaders.pipelineOfOwner(range ?? null).load(loginId)),
    opportunities: async ({ loginId }: EmployeeReference, args: ListArgs, crm: Crm) =>
      crm.loaders.opportunitiesOfOwner(await withCustomers(args, crm)).load(loginId),
    caseLoad: async ({ loginId }: EmployeeReference, _: object, { loaders }: Crm) =>
      (await loaders.caseLoad.load(loginId))?.count ?? 0,
    customers: ({ loginId }: EmployeeReference, args: ListArgs, { loaders }: Crm) =>
      loaders.customersOfOwner(args).load(loginId),
  },
  CrmTask: {
    __resolveReference: ({ id }: { id: string }, { loaders }: Crm) => loaders.taskById.load(id),
    employee: employeeOf('loginId'),
    customer: customerOf,
    opportunity: ({ opportunityId }: Task, _: object, { loaders }: Crm) =>
      maybe(opportunityId, (id) => loaders.opportunityById.load(id)),
    case: ({ caseNo }: Task, _: object, { loaders }: Crm) =>
      maybe(caseNo, (no) => loaders.caseByNo.load(no)),
  },
  Product: {
    salesText: async ({ sku }: { sku: string }, _: object, { loaders }: Crm) =>
      (await loaders.productText.load(sku))?.salesText ?? null,
    marketingAssets: ({ sku }: { sku: string }, _: object, { loaders }: Crm) =>
      cappedList(loaders.assets.load(sku), 100, 'Product.marketingAssets'),
    complaintStats: async ({ sku }: { sku: string }, { range }: Ranged, { loaders }: Crm) =>
      complaintStats(
        (await loaders.complaints(range ?? null).load(sku)) as unknown as readonly CauseCounts[], // its columns and measures
      ),
  },
  CaseAggregate: {
    customer: customerOf,
    product: stub('sku'),
    assignee: stub('loginId', 'assigneeLoginId'),
  },
}
