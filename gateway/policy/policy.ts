/**
 * roles.yaml and partners/*.yaml, read and checked against the schema: every problem at once, with
 * the file. What comes out says which scopes a subject has and which rows are its own.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parse } from 'yaml'
import { AppError } from '#shared/errors.ts'
import { audiences, maxRuleValues, type Audience, type RowLimit } from '#shared/principal.ts'
import { defaultLimits, type Limits } from '../limits/limits.ts'
import { mergedLimits, readPartnerLimits } from '../limits/read.ts'
import { readPartnerKeys, type PartnerKeys } from './partner-keys.ts'
import { rowRules } from './row-rules.ts'

export interface Partner {
  /** The plan: its file without the ending. */
  readonly name: string
  readonly subject: string
  readonly audience: Audience
  /** The row rule that limits it, with what its file says of it. */
  readonly rows: RowLimit
  readonly scopes: readonly string[]
  /** Those of its file over those of all partners. */
  readonly limits: Limits
  /** With which its own system proves who it is; null when it has none. */
  readonly keys: PartnerKeys | null
}

export interface Policy {
  /** The scopes of an employee, by subject and by the groups its issuer claims. */
  scopesOf(subject: string, groups: readonly string[]): readonly string[]
  /**
   * The row rule of an employee; null where one of the roles sees all rows. Roles that limit in
   * different ways name no rule together, which shows nothing.
   */
  rowRuleOf(subject: string, groups: readonly string[]): string | null
  partner(subject: string): Partner | undefined
  readonly partners: readonly Partner[]
}

type Yaml = Readonly<Record<string, unknown>>

export interface PolicyOptions {
  /** Another company's supergraph: scopes that it does not know are left out, not refused. */
  readonly isForeign?: boolean
  /** Of partners whose file says nothing else. */
  readonly partnerLimits?: Limits
  /** The scopes that something in the contract of an audience asks for; by default all. */
  readonly scopesFor?: (audience: Audience) => ReadonlySet<string> | null
}

/**
 * `known` are the scopes that the schema asks for; `*` in a role means all of them. Null where the
 * schema is not at hand: then a file's scopes are taken as they are, and `*` means none.
 */
export function readPolicy(
  folder: string,
  known: ReadonlySet<string> | null,
  {
    isForeign = false,
    partnerLimits = defaultLimits.partner,
    scopesFor = () => known,
  }: PolicyOptions = {},
): Policy {
  const problems: string[] = []
  const checking = { known, isForeign, partnerLimits, scopesFor, problems }
  const roles = readRoles(join(folder, 'roles.yaml'), checking)
  const partners = readPartners(join(folder, 'partners'), checking)
  if (problems.length > 0) {
    throw new AppError('CONFIGURATION_INVALID', `Policy:\n  ${problems.join('\n  ')}`)
  }
  const rolesOf = (subject: string, groups: readonly string[]) => [
    ...new Set([
      ...(roles.subjects.get(subject) ?? []),
      ...groups.flatMap((group) => roles.groups.get(group) ?? []),
    ]),
  ]
  return {
    scopesOf: (subject, groups) => {
      const names = rolesOf(subject, groups)
      return [...new Set(names.flatMap((name) => roles.scopes.get(name) ?? []))].toSorted()
    },
    rowRuleOf: (subject, groups) => {
      const rules = new Set(rolesOf(subject, groups).map((name) => roles.rows.get(name) ?? null))
      return rules.size === 0 || rules.has(null) ? null : [...rules].join(' and ')
    },
    partner: (subject) => partners.get(subject),
    partners: [...partners.values()],
  }
}

/** What is known of an employee: a rule that compares with more is a partner's. */
const factNames: ReadonlySet<string> = new Set(['loginId', 'employeeNo', 'departmentCode'])

interface Checking extends Required<PolicyOptions> {
  /** The scopes that the schema asks for. */
  readonly known: ReadonlySet<string> | null
  readonly problems: string[]
}

function readRoles(file: string, checking: Checking) {
  const { known, problems } = checking
  const yaml = readFile(file, problems)
  const name = basename(file)
  const scopes = new Map(
    Object.entries(recordOf(yaml['roles'])).map(([role, value]) => {
      const listed = textsOf(recordOf(value)['scopes'], `${name}: roles.${role}.scopes`, problems)
      const meant = knownScopes(listed, `${name}: roles.${role}`, checking)
      return [role, listed.includes('*') ? [...(known ?? [])] : meant] as const
    }),
  )
  const rows = new Map(
    Object.entries(recordOf(yaml['roles'])).flatMap(([role, value]) => {
      const rule = recordOf(value)['rows']
      if (rule === undefined) return []
      const names = Object.keys(rowRules).filter((each) =>
        rowRules[each]?.parameters.every((parameter) => factNames.has(parameter)),
      )
      if (typeof rule === 'string' && names.includes(rule)) return [[role, rule] as const]
      problems.push(`${name}: roles.${role}.rows: a role's rule is one of ${names.join(', ')}`)
      return [[role, 'unknown'] as const]
    }),
  )
  const grants = (key: string) =>
    new Map(
      Object.entries(recordOf(yaml[key])).map(([subject, value]) => {
        const given = textsOf(value, `${name}: ${key}.${subject}`, problems)
        for (const role of given) {
          if (!scopes.has(role))
            problems.push(`${name}: ${key}.${subject}: there is no role "${role}"`)
        }
        return [subject, given] as const
      }),
    )
  return { scopes, rows, subjects: grants('subjects'), groups: grants('groups') }
}

function readPartners(folder: string, checking: Checking) {
  const { problems, scopesFor } = checking
  const partners = new Map<string, Partner>()
  const files = existsSync(folder) ? readdirSync(folder) : []
  for (const file of files.filter((each) => each.endsWith('.yaml')).toSorted()) {
    const yaml = readFile(join(folder, file), problems)
    const text = (key: string): string => {
      const value = yaml[key]
      if (typeof value === 'string' && value !== '') return value
      problems.push(`${file}: "${key}" is missing or not text`)
      return ''
    }
    const scopes = textsOf(yaml['scopes'] ?? [], `${file}: scopes`, problems)
    const meant = knownScopes(scopes, file, checking)
    if (scopes.includes('*'))
      problems.push(`${file}: scopes: a partner's scopes are named one by one`)
    const audience = audiences.find((each) => each === yaml['audience'] && each !== 'EMPLOYEE')
    if (audience === undefined)
      problems.push(`${file}: "audience" is none of ${audiences.slice(1).join(', ')}`)
    else {
      const within = scopesFor(audience)
      for (const scope of meant.filter((each) => within?.has(each) === false))
        problems.push(
          `${file}: scopes: all that asks for "${scope}" is outside of the contract of ${audience}`,
        )
    }
    const partner: Partner = {
      name: basename(file, '.yaml'),
      subject: text('subject'),
      audience: audience ?? 'PARTNER_SYSTEM',
      rows: readRows(text('rows'), yaml['parameters'], file, problems),
      scopes: meant,
      limits: mergedLimits(
        checking.partnerLimits,
        readPartnerLimits(yaml['limits'], file, problems),
        `${file}: limits`,
        problems,
      ),
      keys: readPartnerKeys(yaml, file, problems),
    }
    if (partners.has(partner.subject))
      problems.push(`${file}: "${partner.subject}" has another file already`)
    partners.set(partner.subject, partner)
  }
  return partners
}

/** A rule that no relation declares would show nothing; so would a parameter it does not read. */
function readRows(rule: string, given: unknown, file: string, problems: string[]): RowLimit {
  const parameters = Object.fromEntries(
    Object.entries(recordOf(given)).map(([name, value]) => {
      const values = textsOf(value, `${file}: parameters.${name}`, problems)
      if (values.length > maxRuleValues) {
        problems.push(
          `${file}: parameters.${name}: more than ${maxRuleValues} values; name a rule that is a predicate`,
        )
      }
      return [name, values]
    }),
  )
  const needs = Object.hasOwn(rowRules, rule) ? rowRules[rule]?.parameters : undefined
  if (needs === undefined) {
    if (rule !== '')
      problems.push(
        `${file}: rows: there is no row rule "${rule}", only ${Object.keys(rowRules).join(', ')}`,
      )
    return { rule, parameters }
  }
  for (const name of needs) {
    if ((parameters[name] ?? []).length === 0)
      problems.push(`${file}: parameters: ${rule} needs a value of "${name}"`)
  }
  for (const name of Object.keys(parameters)) {
    if (!needs.includes(name))
      problems.push(`${file}: parameters: ${rule} takes no "${name}", only ${needs.join(', ')}`)
  }
  return { rule, parameters }
}

/** Those of the listed scopes that the schema asks for; in a schema of ours the others are mistakes. */
function knownScopes(
  listed: readonly string[],
  at: string,
  { known, isForeign, problems }: Checking,
): readonly string[] {
  const named = listed.filter((scope) => scope !== '*')
  if (known === null) return named
  const unknown = named.filter((scope) => !known.has(scope))
  if (!isForeign)
    problems.push(...unknown.map((scope) => `${at}: no field asks for the scope "${scope}"`))
  return named.filter((scope) => known.has(scope))
}

function readFile(file: string, problems: string[]): Yaml {
  try {
    return recordOf(parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    problems.push(
      `${basename(file)}: ${cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause)}`,
    )
    return {}
  }
}

function textsOf(value: unknown, at: string, problems: string[]): readonly string[] {
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value
  problems.push(`${at}: expected a list of text`)
  return []
}

const recordOf = (value: unknown): Yaml =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Yaml) : {}
