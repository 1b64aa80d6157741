/**
 * The people of Strait Pump Works: departments, skills, pay, and who is at work around today.
 */
import type { CommissionRule, People, Person, Salesperson, Story } from './company.ts'
import { dateOf, padded } from './random.ts'
import { familyNames, givenNames } from './words.ts'

interface Team {
  readonly code: string
  readonly family: string
  readonly title: string
  readonly size: number
  readonly salary: number
}

const departments = [
  ['CO', 'Strait Pump Works 海峽泵業', null],
  ['SALES', 'Sales 業務部', 'CO'],
  ['SALES-N', 'Sales North 北區業務', 'SALES'],
  ['SALES-C', 'Sales Centre 中區業務', 'SALES'],
  ['SALES-S', 'Sales South 南區業務', 'SALES'],
  ['SERVICE', 'Customer Service 客服部', 'CO'],
  ['PLANT', 'Plant 製造部', 'CO'],
  ['LOGISTICS', 'Logistics 物流部', 'PLANT'],
  ['PURCHASE', 'Purchasing 採購部', 'PLANT'],
  ['FINANCE', 'Finance 財務部', 'CO'],
  ['HR', 'Human Resources 人資部', 'CO'],
  ['IT', 'Reports and Systems 資訊部', 'CO'],
] as const

/** The people that the demo identities are. */
const named: Readonly<Record<string, readonly [login: string, name: string, title: string]>> = {
  E0010: ['mei.lin', 'Mei Lin 林美玲', 'Sales Representative'],
  E0020: ['wei.chen', 'Wei Chen 陳志偉', 'Finance Clerk'],
  E0030: ['ana.hsu', 'Ana Hsu 許安娜', 'HR Manager'],
  E0040: ['rita.wu', 'Rita Wu 吳麗塔', 'Report Builder'],
  E0050: ['kao.admin', 'Kao Ming 高志明', 'Administrator'],
}

const skills = ['PUMP_SERVICE', 'VALVE_SERVICE', 'CONTROLLER_SERVICE'] as const

export function writePeople(story: Story): People {
  const { write, random, size } = story
  for (const [code, name, parentCode] of departments) {
    write.hr.insert('department', { code, name, parentCode, headNo: headOf(code) })
    if (code !== 'CO') {
      write.finance.insert('cost_centre', { costCentre: `CC-${code}`, departmentCode: code, name })
    }
  }
  const third = Math.ceil(size.salespeople / 3)
  const teams: readonly Team[] = [
    {
      code: 'SALES-N',
      family: 'SALES',
      title: 'Sales Representative',
      size: third,
      salary: 62_000,
    },
    {
      code: 'SALES-C',
      family: 'SALES',
      title: 'Sales Representative',
      size: third,
      salary: 60_000,
    },
    {
      code: 'SALES-S',
      family: 'SALES',
      title: 'Sales Representative',
      size: third,
      salary: 58_000,
    },
    { code: 'SERVICE', family: 'SERVICE', title: 'Service Technician', size: 16, salary: 52_000 },
    {
      code: 'PLANT',
      family: 'PRODUCTION',
      title: 'Production Supervisor',
      size: 20,
      salary: 50_000,
    },
    { code: 'LOGISTICS', family: 'LOGISTICS', title: 'Shipping Clerk', size: 12, salary: 45_000 },
    { code: 'PURCHASE', family: 'PRODUCTION', title: 'Buyer', size: 6, salary: 51_000 },
    { code: 'FINANCE', family: 'FINANCE', title: 'Accountant', size: 8, salary: 55_000 },
  ]
  const written = new Map<string, Person[]>()
  const payroll = new Map<string, number>()
  let serial = 100
  const hire = (employeeNo: string, team: Team, at: number) => {
    const person = writeEmployee(story, employeeNo, team, at)
    if (person !== null) written.set(team.code, [...(written.get(team.code) ?? []), person])
    payroll.set(team.code, (payroll.get(team.code) ?? 0) + team.salary)
  }
  // The demo identities come first in their teams.
  hire('E0010', teams[0] as Team, 0)
  hire('E0020', teams[7] as Team, 0)
  hire('E0030', { code: 'HR', family: 'HR', title: 'HR Manager', size: 1, salary: 80_000 }, 0)
  hire(
    'E0040',
    { code: 'IT', family: 'MANAGEMENT', title: 'Report Builder', size: 1, salary: 70_000 },
    0,
  )
  hire(
    'E0050',
    { code: 'IT', family: 'MANAGEMENT', title: 'Administrator', size: 1, salary: 75_000 },
    1,
  )
  for (const team of teams) {
    const first = written.get(team.code)?.length ?? 0
    for (let at = first; at < team.size; at += 1) hire(`E${padded((serial += 1), 4)}`, team, at)
  }
  writeHeads(story)
  writeSchedules(story, written.get('SERVICE') ?? [])
  writeCommissionPlans(story)
  const of = (code: string) => written.get(code) ?? []
  const sellers = interleaved(of('SALES-N'), of('SALES-C'), of('SALES-S'))
  return {
    salespeople: sellers.map((person): Salesperson => {
      const planId = random.chance(300) ? 'CP-KEY' : 'CP-FIELD'
      write.hr.insert('commission_assignment', { employeeNo: person.employeeNo, planId })
      return { ...person, commission: commissionPlans[planId].rules }
    }),
    technicians: of('SERVICE'),
    handlers: of('LOGISTICS'),
    buyers: of('PURCHASE'),
    supervisors: of('PLANT'),
    departments: [...payroll].map(([code, total]) => ({
      code,
      people: of(code).length,
      payroll: total,
    })),
  }
}

/** The heads above the teams. */
function writeHeads(story: Story): void {
  for (const [code, title, employeeNo] of [
    ['CO', 'Chief Executive', 'E0001'],
    ['SALES', 'Head of Sales', 'E0002'],
  ] as const) {
    insertEmployee(story, {
      employeeNo,
      loginId: `${code.toLowerCase()}.head`,
      displayName: personName(story),
      title,
      family: 'MANAGEMENT',
      departmentCode: code,
      managerNo: code === 'CO' ? null : 'E0001',
      hiredOn: story.today - 4_000,
      leftOn: null,
    })
    insertSalary(story, employeeNo, 150_000)
  }
}

const headOf = (code: string): string | null =>
  code === 'CO' ? 'E0001' : code.startsWith('SALES') ? 'E0002' : code === 'HR' ? 'E0030' : null

const interleaved = (...lists: readonly (readonly Person[])[]): Person[] => {
  const longest = Math.max(...lists.map((list) => list.length))
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list[at] ?? [])).flat()
}

const personName = ({ random }: Story): string => {
  const [family, familyZh] = random.pick(familyNames)
  const [given, givenZh] = random.pick(givenNames)
  return `${given} ${family} ${familyZh}${givenZh}`
}

function writeEmployee(story: Story, employeeNo: string, team: Team, at: number): Person | null {
  const { random, today } = story
  const [login, name, title] = named[employeeNo] ?? [
    `${team.code.toLowerCase().replace('-', '')}.${padded(Number(employeeNo.slice(1)), 4)}`,
    personName(story),
    team.title,
  ]
  // Every ninth of a team has left.
  const left = at % 9 === 8 ? today - random.between(30, 400) : null
  insertEmployee(story, {
    employeeNo,
    loginId: team.family === 'LOGISTICS' && at % 5 === 4 ? null : login,
    displayName: name,
    title,
    family: team.family,
    departmentCode: team.code,
    managerNo: team.family === 'SALES' ? 'E0002' : 'E0001',
    hiredOn: today - random.between(420, 3_600),
    leftOn: left,
  })
  insertSalary(story, employeeNo, team.salary + 500 * random.int(20))
  if (team.family === 'SERVICE') writeSkills(story, employeeNo, at)
  return left === null ? { employeeNo, loginId: login, departmentCode: team.code } : null
}

interface NewEmployee {
  readonly employeeNo: string
  readonly loginId: string | null
  readonly displayName: string
  readonly title: string
  readonly family: string
  readonly departmentCode: string
  readonly managerNo: string | null
  readonly hiredOn: number
  readonly leftOn: number | null
}

function insertEmployee({ write, today, random }: Story, person: NewEmployee): void {
  const { employeeNo, loginId, departmentCode, hiredOn, leftOn } = person
  write.hr.insert('employee', {
    employeeNo,
    loginId,
    displayName: person.displayName,
    workEmail: loginId === null ? null : `${loginId}@strait-pumps.example`,
    jobTitle: person.title,
    jobFamily: person.family,
    status: leftOn === null ? 'ACTIVE' : 'TERMINATED',
    departmentCode,
    managerNo: person.managerNo,
    hiredOn: dateOf(hiredOn),
    leftOn: leftOn === null ? null : dateOf(leftOn),
    // From what is known already: one more draw would change every number that follows.
    bornOn: dateOf(hiredOn - 8_000 - ((Number(employeeNo.slice(1)) * 397) % 9_000)),
    location: departmentCode.endsWith('-S')
      ? 'Kaohsiung'
      : departmentCode.endsWith('-C')
        ? 'Taichung'
        : 'Taipei',
    fte: random.chance(100) ? 50 : 100,
    tenureMonths: Math.floor(((leftOn ?? today) - hiredOn) / 30.4375),
  })
}

function insertSalary({ write, today }: Story, employeeNo: string, salary: number): void {
  for (const [years, factor] of [
    [2, 94],
    [1, 97],
    [0, 100],
  ] as const) {
    const validFrom = `${Number(dateOf(today).slice(0, 4)) - years}-01-01`
    write.hr.insert('salary', {
      employeeNo,
      validFrom,
      salary: salary * 10 * factor,
      currency: 'TWD',
    })
  }
}

function writeSkills({ write, random, today }: Story, employeeNo: string, at: number): void {
  for (const [index, code] of skills.entries()) {
    if (index === at % 3 || random.chance(350)) {
      write.hr.insert('employee_skill', { employeeNo, code, level: random.between(2, 5) })
    }
  }
  write.hr.insert('certification', {
    employeeNo,
    code: random.pick(['ATEX', 'FORKLIFT', 'HIGH_VOLTAGE']),
    validUntil: random.chance(800) ? dateOf(today + random.between(-60, 700)) : null,
  })
}

/** Shifts of three weeks around today, with leave, training and duty among them. */
function writeSchedules({ write, random, today }: Story, technicians: readonly Person[]): void {
  for (const { employeeNo } of technicians) {
    for (let day = today - 7; day <= today + 14; day += 1) {
      if ((day + 4) % 7 >= 5) continue // 1970-01-01 was a Thursday: Saturday and Sunday are free
      const entry = (id: string, kind: string, from: string, to: string, note: string | null) =>
        write.hr.insert('schedule_entry', {
          id: `${employeeNo}-${day}-${id}`,
          employeeNo,
          kind,
          start: `${dateOf(day)}T${from}:00Z`,
          end: `${dateOf(day)}T${to}:00Z`,
          startsOn: dateOf(day),
          endsOn: dateOf(day),
          note,
        })
      entry('S', 'SHIFT', '01:00', '09:00', null)
      if (random.chance(120)) entry('L', 'LEAVE', '01:00', '09:00', 'Annual leave 特休')
      else if (random.chance(150)) entry('T', 'TRAINING', '05:00', '09:00', 'Safety 安全訓練')
      else if (random.chance(200)) entry('D', 'DUTY', '01:00', '05:00', 'Customer site 客戶現場')
    }
  }
}

/** An order of 5 million and more earns twice the rate. */
const rulesOf = (rate: number): readonly CommissionRule[] => [
  { rate, threshold: 0 },
  { rate: rate * 2, threshold: 5_000_000_000 },
]

const commissionPlans = {
  'CP-FIELD': { name: 'Field sales 外勤業務', rules: rulesOf(150) },
  'CP-KEY': { name: 'Key accounts 重點客戶', rules: rulesOf(100) },
}

function writeCommissionPlans({ write }: Story): void {
  for (const [id, { name, rules }] of Object.entries(commissionPlans)) {
    write.hr.insert('commission_plan', { id, name })
    for (const [at, { rate, threshold }] of rules.entries()) {
      write.hr.insert('commission_rule', {
        planId: id,
        ruleNo: at + 1,
        basis: 'PAID',
        ratePct: rate * 10_000,
        threshold: threshold === 0 ? null : threshold,
        currency: threshold === 0 ? null : 'TWD',
      })
    }
  }
}
