/**
 * HR's resolvers: each names a loader or a rule. No SQL, no loops over the network.
 */
import { groupLimit } from '#shared/aggregate.ts'
import type { DateRange } from '#shared/calendar.ts'
import { cappedList, exactlyOne, moneyField } from '#shared/fields.ts'
import { maxListRows } from '#shared/limits.ts'
import type { ListArgs } from '#shared/list.ts'
import type { Context, Resolvers } from '#shared/subgraph.ts'
import type { databases, Loaders } from './loaders.ts'
import { availability, withoutSmallGroups } from './rules.ts'
import * as source from './source.ts'
import type { CommissionRuleRow, DepartmentRow, EmployeeRow, HeadcountArgs } from './source.ts'

type Hr = Context<typeof databases, Loaders>

interface At {
  readonly at?: string | null
}

/** An aggregate that is not grouped by department has no code at all. */
const departmentOf = ({ departmentCode }: { departmentCode?: string | null }, _: object, hr: Hr) =>
  departmentCode == null ? null : hr.loaders.departmentByCode.load(departmentCode)

export const resolvers: Resolvers = {
  HeadcountMeasure: { HEADCOUNT: 'headcount', FTE: 'fte' },
  Query: {
    me: (_: unknown, __: object, { principal: { facts }, loaders }: Hr) =>
      facts.employeeNo === undefined ? null : loaders.employeeByNo.load(facts.employeeNo),
    employee: (_: unknown, args: { employeeNo?: string; loginId?: string }, { loaders }: Hr) => {
      const [key, value] = exactlyOne({ employeeNo: args.employeeNo, loginId: args.loginId })
      return key === 'loginId'
        ? loaders.employeeByLogin.load(value)
        : loaders.employeeByNo.load(value)
    },
    employees: (_: unknown, args: ListArgs, { databases: { hr } }: Hr) =>
      source.employees.page(hr, args),
    department: (_: unknown, { code }: { code: string }, { loaders }: Hr) =>
      loaders.departmentByCode.load(code),
    departments: (_: unknown, args: ListArgs, { databases: { hr } }: Hr) =>
      source.departments.page(hr, args),
    headcountAggregates: async (
      _: unknown,
      args: HeadcountArgs,
      { databases: { hr }, calendar, principal }: Hr,
    ) => {
      // Who may read when each person came and left is told nothing new by a small group.
      if (principal.scopes.includes('hr:personal:read'))
        return { ...(await source.headcountAggregates(hr, args, calendar)), suppressed: 0 }
      const size = groupLimit(args.first)
      const all = await source.headcountAggregates(hr, { ...args, first: 'ALL' }, calendar)
      const dimensions = args.groupBy.map((each) => source.headcountDimensions[each])
      const { rows, suppressed } = withoutSmallGroups(all.rows, dimensions)
      return { rows: rows.slice(0, size), truncated: rows.length > size, suppressed }
    },
  },
  Employee: {
    __resolveReference: (
      { employeeNo, loginId }: { employeeNo?: string; loginId?: string },
      { loaders }: Hr,
    ) =>
      employeeNo === undefined
        ? loaders.employeeByLogin.load(loginId ?? '')
        : loaders.employeeByNo.load(employeeNo),
    department: departmentOf,
    manager: ({ managerNo }: EmployeeRow, _: object, { loaders }: Hr) =>
      managerNo === null ? null : loaders.employeeByNo.load(managerNo),
    reports: ({ employeeNo }: EmployeeRow, args: ListArgs, { loaders }: Hr) =>
      loaders.reports(args).load(employeeNo),
    teamSize: async ({ employeeNo }: EmployeeRow, _: object, { loaders }: Hr) =>
      // Nobody below is a known number: the statement counted all.
      (await loaders.teamSize.load(employeeNo))?.people ?? 0,
    skills: ({ employeeNo }: EmployeeRow, _: object, { loaders }: Hr) =>
      cappedList(loaders.skills.load(employeeNo), 100, 'Employee.skills'),
    certifications: ({ employeeNo }: EmployeeRow, _: object, { loaders }: Hr) =>
      cappedList(loaders.certifications.load(employeeNo), 100, 'Employee.certifications'),
    schedule: ({ employeeNo }: EmployeeRow, { range }: { range: DateRange }, { loaders }: Hr) =>
      cappedList(loaders.schedule(range).load(employeeNo), maxListRows, 'Employee.schedule'),
    availability: async (
      { employeeNo }: EmployeeRow,
      { range }: { range: DateRange },
      { loaders }: Hr,
    ) =>
      cappedList(
        availability(await loaders.schedule(range).load(employeeNo)),
        maxListRows,
        'Employee.availability',
      ),
    salary: async ({ employeeNo }: EmployeeRow, _: object, { loaders }: Hr) => {
      const salary = await loaders.salary.load(employeeNo)
      return salary === null ? null : moneyField('salary')(salary)
    },
    commissionPlan: ({ employeeNo }: EmployeeRow, _: object, { loaders }: Hr) =>
      loaders.commissionPlan.load(employeeNo),
  },
  Department: {
    __resolveReference: ({ code }: { code: string }, { loaders }: Hr) =>
      loaders.departmentByCode.load(code),
    parent: ({ parentCode }: DepartmentRow, _: object, { loaders }: Hr) =>
      parentCode === null ? null : loaders.departmentByCode.load(parentCode),
    children: ({ code }: DepartmentRow, args: ListArgs, { loaders }: Hr) =>
      loaders.childDepartments(args).load(code),
    head: ({ headNo }: DepartmentRow, _: object, { loaders }: Hr) =>
      headNo === null ? null : loaders.employeeByNo.load(headNo),
    headcount: async ({ code }: DepartmentRow, { at }: At, { loaders, calendar }: Hr) =>
      (await loaders.headcount(at ?? calendar.today).load(code))?.headcount ?? 0,
    fte: async ({ code }: DepartmentRow, { at }: At, { loaders, calendar }: Hr) =>
      (await loaders.headcount(at ?? calendar.today).load(code))?.fte ?? '0',
    employees: ({ code }: DepartmentRow, args: ListArgs, { loaders }: Hr) =>
      loaders.employeesOfDepartment(args).load(code),
  },
  CommissionPlan: {
    rules: ({ id }: { id: string }, _: object, { loaders }: Hr) =>
      cappedList(loaders.commissionRules.load(id), 100, 'CommissionPlan.rules'),
  },
  CommissionRule: {
    threshold: (row: CommissionRuleRow) => moneyField('threshold')(row),
  },
  HeadcountAggregate: {
    department: departmentOf,
  },
}
