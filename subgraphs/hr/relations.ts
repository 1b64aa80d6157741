/**
 * The relations of the HR database: people, departments, schedule, skills and pay.
 * A principal limited to customers or to a supplier sees nobody; one limited to a department sees its people.
 */
import {
  amount,
  belongsTo,
  date,
  decimal,
  defineRelations,
  id,
  instant,
  integer,
  isOneOf,
  nullable,
  oneOf,
  rate,
  type RowGuard,
  text,
} from '#shared/relations.ts'

export const employmentStatuses = [
  'CANDIDATE',
  'ONBOARDING',
  'ACTIVE',
  'LEAVE',
  'TERMINATED',
] as const
export const scheduleKinds = ['SHIFT', 'LEAVE', 'TRAINING', 'DUTY', 'BUSINESS_TRIP'] as const
export const commissionBases = ['ORDERED', 'SHIPPED', 'INVOICED', 'PAID', 'MARGIN'] as const
export const jobFamilies = [
  'SALES',
  'SERVICE',
  'PRODUCTION',
  'LOGISTICS',
  'FINANCE',
  'HR',
  'ENGINEERING',
  'MANAGEMENT',
] as const

/** Those whose manager the caller is. */
const ofOwnTeam: RowGuard['rule'] = (eb, own, relation) =>
  eb.exists(
    eb
      .selectFrom('employee as member')
      .select(eb.lit(1).as('one'))
      .whereRef('member.employeeNo', '=', `${relation}.employeeNo`)
      .where((inner) => isOneOf('managerNo', 'employeeNo')(inner, own, 'member')),
  )

const ofEmployee = { own_department: belongsTo('employee', { employeeNo: 'employeeNo' }) }

export const relations = defineRelations({
  employee: {
    description: 'Everybody who works or worked here; bridges employee number and login id.',
    entity: 'Employee',
    columns: {
      employeeNo: id(),
      /** The subject of single sign-on; null for people without a login. */
      loginId: nullable(id()),
      displayName: text(),
      workEmail: nullable(text()),
      jobTitle: nullable(text()),
      jobFamily: nullable(oneOf(jobFamilies)),
      status: oneOf(employmentStatuses),
      departmentCode: nullable(id('Department.code')),
      managerNo: nullable(id('Employee.employeeNo')),
      hiredOn: nullable(date()),
      leftOn: nullable(date()),
      bornOn: nullable(date()),
      location: nullable(text()),
      /** Full-time equivalents, 0 to 1. */
      fte: decimal(4, 2),
      /** Whole months from hiring to leaving or the business date. */
      tenureMonths: nullable(integer()),
    },
    key: ['employeeNo'],
    indexes: [['loginId'], ['departmentCode'], ['managerNo'], ['displayName'], ['hiredOn']],
    rules: { own_department: isOneOf('departmentCode', 'departmentCode') },
  },
  department: {
    description: 'The organisation as a tree.',
    entity: 'Department',
    columns: {
      code: id(),
      name: text(),
      parentCode: nullable(id('Department.code')),
      headNo: nullable(id('Employee.employeeNo')),
    },
    key: ['code'],
    indexes: [['parentCode'], ['name']],
    rules: { own_department: isOneOf('code', 'departmentCode') },
  },
  employee_skill: {
    description: 'What somebody can do, and how well (1 to 5).',
    columns: { employeeNo: id('Employee.employeeNo'), code: id(), level: nullable(integer()) },
    key: ['employeeNo', 'code'],
    indexes: [['code']],
    rules: ofEmployee,
  },
  certification: {
    description: 'A certificate somebody holds.',
    columns: { employeeNo: id('Employee.employeeNo'), code: id(), validUntil: nullable(date()) },
    key: ['employeeNo', 'code'],
    rules: ofEmployee,
  },
  schedule_entry: {
    description: 'Shifts, leave, training, duty and trips.',
    columns: {
      id: id(),
      employeeNo: id('Employee.employeeNo'),
      kind: oneOf(scheduleKinds),
      start: instant(),
      end: instant(),
      startsOn: date(),
      endsOn: date(),
      note: nullable(text()),
    },
    key: ['id'],
    indexes: [['employeeNo', 'startsOn']],
    rules: ofEmployee,
  },
  salary: {
    description: 'Monthly salary from a day on; the latest that has begun is in force.',
    columns: {
      employeeNo: id('Employee.employeeNo'),
      validFrom: date(),
      salary: amount(),
      currency: text(),
    },
    key: ['employeeNo', 'validFrom'],
    guard: { unless: ['hr:salary:read', 'hr:salary-band:read'], rule: ofOwnTeam },
    rules: ofEmployee,
  },
  commission_plan: {
    description: 'How commission is earned.',
    entity: 'CommissionPlan',
    columns: { id: id(), name: text() },
    key: ['id'],
    rules: { own_department: 'ALL' },
  },
  commission_rule: {
    description: 'A rate of a commission plan.',
    columns: {
      planId: id('CommissionPlan.id'),
      ruleNo: integer(),
      basis: oneOf(commissionBases),
      /** Percent. */
      ratePct: rate(),
      threshold: nullable(amount()),
      currency: nullable(text()),
    },
    key: ['planId', 'ruleNo'],
    rules: { own_department: 'ALL' },
  },
  commission_assignment: {
    description: 'Who is paid by which commission plan.',
    columns: { employeeNo: id('Employee.employeeNo'), planId: id('CommissionPlan.id') },
    key: ['employeeNo'],
    guard: { unless: ['hr:compensation:read'], rule: ofOwnTeam },
    rules: ofEmployee,
  },
})
