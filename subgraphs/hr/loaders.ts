/**
 * How HR's resolvers reach rows: one loader per access path, made for one request.
 */
import type { DateRange } from '#shared/calendar.ts'
import { byArguments, manyByKey, oneByKey } from '#shared/loader.ts'
import type { ListArgs } from '#shared/list.ts'
import type { Session } from '#shared/subgraph.ts'
import { relations } from './relations.ts'
import * as source from './source.ts'

export const databases = { hr: { relations } } as const

export function createLoaders({ databases: { hr: db }, calendar }: Session<typeof databases>) {
  return {
    employeeByNo: oneByKey(
      (nos) => source.employeesByNo(db, nos),
      (row) => row.employeeNo,
    ),
    employeeByLogin: oneByKey(
      (logins) => source.employeesByLogin(db, logins),
      (row) => row.loginId ?? '',
    ),
    departmentByCode: oneByKey(
      (codes) => source.departmentsByCode(db, codes),
      (row) => row.code,
    ),
    reports: byArguments((args: ListArgs) =>
      source.employees.children(db, 'managerNo', args, (eb) =>
        eb('employee.status', '<>', 'TERMINATED'),
      ),
    ),
    employeesOfDepartment: byArguments((args: ListArgs) =>
      source.employees.children(db, 'departmentCode', args),
    ),
    childDepartments: byArguments((args: ListArgs) =>
      source.departments.children(db, 'parentCode', args),
    ),
    skills: manyByKey(
      (nos) => source.skillsOf(db, nos),
      (row) => row.employeeNo,
    ),
    certifications: manyByKey(
      (nos) => source.certificationsOf(db, nos),
      (row) => row.employeeNo,
    ),
    /** The last of a key is in force: the statement sorts by the day it begins. */
    salary: oneByKey(
      (nos) => source.salariesOf(db, nos, calendar.today),
      (row) => row.employeeNo,
    ),
    schedule: byArguments(({ from, to }: DateRange) =>
      manyByKey(
        (nos) => source.scheduleOf(db, nos, from ?? '0001-01-01', to ?? '9999-12-31'),
        (row: source.ScheduleRow) => row.employeeNo,
      ),
    ),
    commissionPlan: oneByKey(
      (nos) => source.commissionPlansOf(db, nos),
      (row) => row.employeeNo,
    ),
    commissionRules: manyByKey(
      (planIds) => source.commissionRulesOf(db, planIds),
      (row) => row.planId,
    ),
    teamSize: oneByKey(
      (nos) => source.teamSizes(db, nos),
      (row) => row.leaderNo ?? '',
    ),
    headcount: byArguments((at: string) =>
      oneByKey(
        (codes) => source.headcountsOf(db, codes, at),
        (row) => row.rootCode,
      ),
    ),
  }
}

export type Loaders = ReturnType<typeof createLoaders>
