/**
 * Whose rows are judged: every partner of the policy folder, and employees with each rule that a role
 * names. All of them hold every scope and ask as employees, so that nothing but the rule of rows decides.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parse } from 'yaml'
import type { Principal } from '#shared/principal.ts'
import { rowRules } from '../../../gateway/policy/row-rules.ts'
import type { Graph } from '../../support/graph.ts'
import { belonging, type Belonging } from './belongs.ts'

export interface Plan {
  readonly name: string
  readonly principal: Principal
  /** What plain SQL says belongs to it. */
  readonly belonging: Belonging
  /** What the rule compares with, as the policy file or plain SQL says. */
  readonly parameters: Readonly<Record<string, readonly string[]>>
}

interface PartnerFile {
  readonly subject: string
  readonly rows: string
  readonly parameters: Plan['parameters']
}

/** Throws for a rule without statements, and for one that nobody has. */
export async function plansOf(graph: Graph): Promise<readonly Plan[]> {
  const scopes = [...graph.app.generation().policies.scopes]
  const plans: Plan[] = []
  const add = async (name: string, file: PartnerFile, groups: readonly string[] = []) => {
    const { subject, rows: rule, parameters } = file
    const principal = await graph.app.principalFor({ subject, groups })
    if (principal.rows?.rule !== rule)
      throw new Error(`${name}: expected the rule ${rule}, got ${principal.rows?.rule ?? 'none'}`)
    const belongs = Object.hasOwn(belonging, rule) ? belonging[rule] : undefined
    if (belongs === undefined)
      throw new Error(`what belongs by ${rule} is not in test/security/row-matrix/belongs.ts`)
    plans.push({
      name,
      principal: { ...principal, audience: 'EMPLOYEE', scopes },
      belonging: belongs,
      parameters,
    })
  }
  for (const file of readdirSync(partners).toSorted()) {
    const partner = parse(readFileSync(join(partners, file), 'utf8')) as PartnerFile // the gateway has read it
    await add(basename(file, '.yaml'), partner)
  }
  for (const { loginId, code } of departmentLeads(graph)) {
    const parameters = { departmentCode: [code] }
    const lead = { subject: loginId, rows: 'own_department', parameters }
    await add(`lead of ${code}`, lead, ['isthmus-team-leads'])
  }
  const { loginId, employeeNo } = seller(graph)
  const parameters = { employeeNo: [employeeNo] }
  const inTheField = { subject: loginId, rows: 'own_orders', parameters }
  await add('field sales', inTheField, ['isthmus-field-sales'])
  const judged = new Set(plans.map(({ principal }) => principal.rows?.rule))
  for (const rule of Object.keys(rowRules)) {
    if (!judged.has(rule)) throw new Error(`nobody in the demo data has the rule ${rule}`)
  }
  return plans
}

const policy = join(import.meta.dirname, '../../../gateway/policy')
const partners = join(policy, 'partners')

/** People who have roles of their own, as a list of SQL: they are not limited by the rule of a group alone. */
const named = (() => {
  const roles = parse(readFileSync(join(policy, 'roles.yaml'), 'utf8')) as {
    subjects: Readonly<Record<string, unknown>>
  } // the gateway has read it
  return `(${Object.keys(roles.subjects)
    .map((login) => `'${login}'`)
    .join(', ')})`
})()

/** Somebody of a department with others below it, and of the one whose people have most to their name. */
function departmentLeads(graph: Graph) {
  const one = (sql: string) => {
    const [row] = graph.sql('hr', sql)
    return { loginId: String(row?.['loginId']), code: String(row?.['code']) }
  }
  const people = `SELECT min(employee.loginId) AS loginId, employee.departmentCode AS code FROM employee`
  const unnamed = `employee.loginId IS NOT NULL AND employee.loginId NOT IN ${named}`
  return [
    one(
      `${people} JOIN department ON department.code = employee.departmentCode
       WHERE ${unnamed} AND department.parentCode IS NOT NULL
       AND EXISTS (SELECT 1 FROM department AS child WHERE child.parentCode = department.code)
       GROUP BY 2 ORDER BY 2 LIMIT 1`,
    ),
    one(
      `${people} JOIN employee_skill AS skill ON skill.employeeNo = employee.employeeNo
       WHERE ${unnamed} GROUP BY 2 ORDER BY count(*) DESC LIMIT 1`,
    ),
  ]
}

/** Who has orders, but few of them. */
function seller(graph: Graph) {
  const sellers = graph.sql(
    'erp',
    `SELECT salespersonNo AS no FROM sales_order WHERE salespersonNo IS NOT NULL GROUP BY 1 ORDER BY count(*), 1`,
  )
  for (const { no } of sellers) {
    const [row] = graph.sql(
      'hr',
      `SELECT loginId FROM employee WHERE employeeNo = ? AND loginId NOT IN ${named}`,
      no ?? null,
    )
    if (typeof row?.['loginId'] === 'string')
      return { loginId: row['loginId'], employeeNo: String(no) }
  }
  throw new Error('nobody with a login sells in the demo data')
}
