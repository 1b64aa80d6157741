/**
 * The statements of HR, one function each. The `db` is already limited to the caller.
 */
import { sql, type Kysely } from 'kysely'
import { aggregate, average, count, sum, type AggregateOrder } from '#shared/aggregate.ts'
import type { Calendar } from '#shared/calendar.ts'
import {
  byId,
  contains,
  custom,
  dateRange,
  filterFor,
  inList,
  type IdFilter,
} from '#shared/filter.ts'
import { listOf } from '#shared/list.ts'
import { integer, type Database, type RowOf, type Where } from '#shared/relations.ts'
import { typed } from '#shared/result-types.ts'
import { rowsBy } from '#shared/rows.ts'
import { relations } from './relations.ts'

export type HrDatabase = Database<typeof relations>
export type Db = Kysely<HrDatabase>
export type EmployeeRow = RowOf<typeof relations.employee>
export type DepartmentRow = RowOf<typeof relations.department>
export type ScheduleRow = RowOf<typeof relations.schedule_entry>
export type SalaryRow = RowOf<typeof relations.salary>
export type CommissionRuleRow = RowOf<typeof relations.commission_rule>

const employeeFilter = filterFor({
  employeeNo: byId('employee.employeeNo'),
  loginId: byId('employee.loginId'),
  departmentCode: byId('employee.departmentCode'),
  managerNo: byId('employee.managerNo'),
  jobFamily: inList('employee.jobFamily'),
  hired: dateRange('employee.hiredOn'),
  nameContains: contains('employee.displayName'),
  skill: custom<IdFilter>((eb, skill) =>
    eb.exists(
      eb
        .selectFrom('employee_skill')
        .select('employee_skill.code')
        .whereRef('employee_skill.employeeNo', '=', 'employee.employeeNo')
        .where((inner) => byId('employee_skill.code')(inner, skill)),
    ),
  ),
})

const departmentFilter = filterFor({
  code: byId('department.code'),
  parentCode: byId('department.parentCode'),
  nameContains: contains('department.name'),
})

export const employees = listOf<HrDatabase, 'employee'>('employee', relations.employee, {
  filter: employeeFilter,
  sorts: { NAME: 'displayName', EMPLOYEE_NO: 'employeeNo', HIRED_ON: 'hiredOn' },
  order: { column: 'displayName', direction: 'ASC' },
})

export const departments = listOf<HrDatabase, 'department'>('department', relations.department, {
  filter: departmentFilter,
  sorts: { NAME: 'name', CODE: 'code' },
  order: { column: 'name', direction: 'ASC' },
})

export const employeesByNo = (db: Db, nos: readonly string[]) =>
  rowsBy(db, 'employee', relations.employee, 'employeeNo', nos)

export const employeesByLogin = (db: Db, logins: readonly string[]) =>
  rowsBy(db, 'employee', relations.employee, 'loginId', logins)

export const departmentsByCode = (db: Db, codes: readonly string[]) =>
  rowsBy(db, 'department', relations.department, 'code', codes)

export const skillsOf = (db: Db, nos: readonly string[]) =>
  rowsBy(db, 'employee_skill', relations.employee_skill, 'employeeNo', nos)

export const certificationsOf = (db: Db, nos: readonly string[]) =>
  rowsBy(db, 'certification', relations.certification, 'employeeNo', nos)

/** The latest salary of each employee that has begun. */
export const salariesOf = (db: Db, nos: readonly string[], at: string) =>
  rowsBy(db, 'salary', relations.salary, 'employeeNo', nos, {
    where: (eb) => eb('salary.validFrom', '<=', at),
    orderBy: ['employeeNo', 'validFrom'],
  })

export const scheduleOf = (db: Db, nos: readonly string[], from: string, to: string) =>
  rowsBy(db, 'schedule_entry', relations.schedule_entry, 'employeeNo', nos, {
    where: (eb) =>
      eb.and([eb('schedule_entry.startsOn', '<=', to), eb('schedule_entry.endsOn', '>=', from)]),
    orderBy: ['employeeNo', 'start'],
  })

export const commissionPlansOf = (db: Db, nos: readonly string[]) =>
  db
    .selectFrom('commission_assignment')
    .innerJoin('commission_plan', 'commission_plan.id', 'commission_assignment.planId')
    .select(['commission_assignment.employeeNo', 'commission_plan.id', 'commission_plan.name'])
    .where('commission_assignment.employeeNo', 'in', nos)
    .execute()

export const commissionRulesOf = (db: Db, planIds: readonly string[]) =>
  rowsBy(db, 'commission_rule', relations.commission_rule, 'planId', planIds)

/** How many people report to each, directly or through others: one recursive statement. */
export const teamSizes = (db: Db, nos: readonly string[]) =>
  db
    .withRecursive('team(leaderNo, employeeNo, depth)', (query) =>
      query
        .selectFrom('employee')
        .select((eb) => [
          eb.ref('managerNo').as('leaderNo'),
          'employeeNo',
          typed(sql`1`, integer(), 'depth'),
        ])
        .where('managerNo', 'in', nos)
        .where('status', '<>', 'TERMINATED')
        .unionAll((below) =>
          below
            .selectFrom('employee as member')
            .innerJoin('team', 'team.employeeNo', 'member.managerNo')
            .select((eb) => [
              'team.leaderNo',
              'member.employeeNo',
              typed(sql`${eb.ref('team.depth')} + 1`, integer(), 'depth'),
            ])
            .where('member.status', '<>', 'TERMINATED')
            // A cycle of managers would never end; nobody is more than this far from the top.
            .where('team.depth', '<', 30),
        ),
    )
    .selectFrom('team')
    .select((eb) => ['leaderNo', eb.fn.count<number>('employeeNo').distinct().as('people')])
    .groupBy('leaderNo')
    .execute()

/** Head count and FTE of each department with those below it: one recursive statement. */
export const headcountsOf = (db: Db, codes: readonly string[], at: string) =>
  db
    .withRecursive('tree(rootCode, code, depth)', (query) =>
      query
        .selectFrom('department')
        .select((eb) => [eb.ref('code').as('rootCode'), 'code', typed(sql`1`, integer(), 'depth')])
        .where('code', 'in', codes)
        .unionAll((below) =>
          below
            .selectFrom('department as child')
            .innerJoin('tree', 'tree.code', 'child.parentCode')
            .select((eb) => [
              'tree.rootCode',
              'child.code',
              typed(sql`${eb.ref('tree.depth')} + 1`, integer(), 'depth'),
            ])
            .where('tree.depth', '<', 30),
        ),
    )
    .selectFrom('tree')
    .innerJoin('employee', 'employee.departmentCode', 'tree.code')
    .select((eb) => [
      'tree.rootCode',
      eb.fn.count<number>('employee.employeeNo').as('headcount'),
      eb.fn.sum<string>('employee.fte').as('fte'),
    ])
    .where((eb) =>
      eb.and([
        eb('employee.hiredOn', '<=', at),
        eb.or([eb('employee.leftOn', 'is', null), eb('employee.leftOn', '>=', at)]),
      ]),
    )
    .groupBy('tree.rootCode')
    .execute()

const employedOn =
  (at: string): Where =>
  (eb) =>
    eb.and([
      eb('employee.hiredOn', '<=', at),
      eb.or([eb('employee.leftOn', 'is', null), eb('employee.leftOn', '>=', at)]),
    ])

/** The column of each dimension, in the relation and in a group. */
export const headcountDimensions = {
  DEPARTMENT: 'departmentCode',
  LOCATION: 'location',
  JOB_FAMILY: 'jobFamily',
} as const

type HeadcountDimension = keyof typeof headcountDimensions

export interface HeadcountArgs {
  readonly at?: string | null
  readonly filter?: object | null
  readonly groupBy: readonly HeadcountDimension[]
  readonly orderBy?: AggregateOrder<'headcount' | 'fte'> | null
  readonly first?: number | null
}

interface AllHeadcounts extends Omit<HeadcountArgs, 'first'> {
  readonly first: 'ALL'
}

export function headcountAggregates(
  db: Db,
  args: HeadcountArgs | AllHeadcounts,
  calendar: Calendar,
) {
  const at = args.at ?? calendar.today
  const filter = employeeFilter(args.filter)
  return aggregate({
    from: db.selectFrom('employee'),
    where: (eb) =>
      filter === undefined ? employedOn(at)(eb) : eb.and([employedOn(at)(eb), filter(eb)]),
    dimensions: {
      DEPARTMENT: [`employee.${headcountDimensions.DEPARTMENT}`],
      LOCATION: [`employee.${headcountDimensions.LOCATION}`],
      JOB_FAMILY: [`employee.${headcountDimensions.JOB_FAMILY}`],
    },
    groupBy: args.groupBy,
    calendar,
    currency: null,
    measures: {
      headcount: count(),
      fte: sum('employee.fte'),
      averageTenureMonths: average('employee.tenureMonths'),
    },
    orderBy: args.orderBy,
    first: args.first,
  })
}
