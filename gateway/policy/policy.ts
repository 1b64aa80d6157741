/**
 * roles.yaml and partners/*.yaml, read and checked against the schema: every problem at once, with
 * file and line. What comes out says which scopes a subject has and which rows are its own.
 */
import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { audiences, maxRuleValues, type Audience, type RowLimit } from '#shared/principal.ts'
import { recordOf } from '../config/reader.ts'
import { defaultLimits, type Limits } from '../limits/limits.ts'
import { mergedLimits, readPartnerLimits } from '../limits/read.ts'
import { readPartnerKeys, type KeysOfPartner } from './partner-keys.ts'
import { readPartnerWebhook, type Webhook } from './partner-webhook.ts'
import { readPolicyFile, refuseUnknown, type PolicyFile, type YamlPath } from './policy-file.ts'
import { rowRules } from './row-rules.ts'

export interface Partner extends KeysOfPartner {
  /** The plan: its file without the ending. */
  readonly name: string
  readonly subject: string
  readonly audience: Audience
  /** Tags of the schema that its contract leaves out, beside those that its audience does not see. */
  readonly excludedTags: readonly string[]
  /** The row rule that limits it, with what its file says of it. */
  readonly rows: RowLimit
  readonly scopes: readonly string[]
  /** Those of its file over those of all partners. */
  readonly limits: Limits
  /** Where it is sent what is delivered; null when it has none. */
  readonly webhook: Webhook | null
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

export interface PolicyOptions {
  /** Another company's supergraph: scopes that it does not know are left out, not refused. */
  readonly isForeign?: boolean
  /** Of partners whose file says nothing else. */
  readonly partnerLimits?: Limits
  /** The scopes that something in a contract asks for; by default all. */
  readonly scopesFor?: (
    audience: Audience,
    excludedTags: readonly string[],
  ) => ReadonlySet<string> | null
  /** The tags that the schema has; by default any. */
  readonly tags?: ReadonlySet<string> | null
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
    tags = null,
  }: PolicyOptions = {},
): Policy {
  const problems: string[] = []
  const checking = { known, isForeign, partnerLimits, scopesFor, tags, problems }
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

function readRoles(path: string, checking: Checking) {
  const { known, problems } = checking
  const file = readPolicyFile(path, problems)
  const roles = recordOf(file.yaml['roles'])
  refuseUnknown(file, [], file.yaml, ['roles', 'groups', 'subjects'], problems)
  const scopes = new Map(
    Object.entries(roles).map(([role, value]) => {
      refuseUnknown(file, ['roles', role], value, ['scopes', 'rows'], problems)
      const at = ['roles', role, 'scopes']
      const listed = textsOf(recordOf(value)['scopes'], { file, at, problems })
      const meant = knownScopes(listed, { file, at }, checking)
      return [role, listed.includes('*') ? [...(known ?? [])] : meant] as const
    }),
  )
  const rows = new Map(
    Object.entries(roles).flatMap(([role, value]) => {
      const rule = recordOf(value)['rows']
      if (rule === undefined) return []
      const names = Object.keys(rowRules).filter((each) =>
        rowRules[each]?.parameters.every((parameter) => factNames.has(parameter)),
      )
      if (typeof rule === 'string' && names.includes(rule)) return [[role, rule] as const]
      const at = ['roles', role, 'rows']
      problems.push(`${file.at(at)}: ${at.join('.')}: a role's rule is one of ${names.join(', ')}`)
      return [[role, 'unknown'] as const]
    }),
  )
  const grants = (key: string) =>
    new Map(
      Object.entries(recordOf(file.yaml[key])).map(([subject, value]) => {
        const at = [key, subject]
        const given = textsOf(value, { file, at, problems })
        for (const [index, role] of given.entries()) {
          if (!scopes.has(role))
            problems.push(`${file.at([...at, index])}: ${at.join('.')}: there is no role "${role}"`)
        }
        return [subject, given] as const
      }),
    )
  return { scopes, rows, subjects: grants('subjects'), groups: grants('groups') }
}

const partnerKeys = [
  ...(['subject', 'audience', 'purpose', 'rows', 'parameters', 'scopes'] as const),
  ...(['excludedTags', 'limits', 'jwks', 'jwksUrl', 'export', 'webhook'] as const),
]

function readPartners(folder: string, checking: Checking) {
  const { problems } = checking
  const partners = new Map<string, Partner>()
  const names = existsSync(folder) ? readdirSync(folder) : []
  for (const name of names.filter((each) => each.endsWith('.yaml')).toSorted()) {
    const file = readPolicyFile(join(folder, name), problems)
    const partner = readPartner(basename(name, '.yaml'), file, checking)
    if (partners.has(partner.subject))
      problems.push(`${file.at(['subject'])}: "${partner.subject}" has another file already`)
    partners.set(partner.subject, partner)
  }
  return partners
}

function readPartner(name: string, file: PolicyFile, checking: Checking): Partner {
  const { problems } = checking
  const { yaml, at } = file
  refuseUnknown(file, [], yaml, partnerKeys, problems)
  const text = (key: string): string => {
    const value = yaml[key]
    if (typeof value === 'string' && value !== '') return value
    problems.push(`${at([key])}: "${key}" is missing or not text`)
    return ''
  }
  const limits = at(['limits'])
  return {
    name,
    subject: text('subject'),
    ...readGranted(file, checking),
    rows: readRows(text('rows'), file, problems),
    limits: mergedLimits(
      checking.partnerLimits,
      readPartnerLimits(yaml['limits'], limits, problems),
      `${limits}: limits`,
      problems,
    ),
    ...readPartnerKeys(file, problems),
    webhook: readPartnerWebhook(file, problems),
  }
}

/** The contract of a partner, and scopes that open something there. */
function readGranted(
  file: PolicyFile,
  checking: Checking,
): Pick<Partner, 'audience' | 'excludedTags' | 'scopes'> {
  const { problems, scopesFor, tags, isForeign } = checking
  const { yaml, at } = file
  const listed = textsOf(yaml['scopes'] ?? [], { file, at: ['scopes'], problems })
  const scopes = knownScopes(listed, { file, at: ['scopes'] }, checking)
  if (listed.includes('*'))
    problems.push(`${at(['scopes'])}: scopes: a partner's scopes are named one by one`)
  const excluded = ['excludedTags']
  const excludedTags = textsOf(yaml['excludedTags'] ?? [], { file, at: excluded, problems })
  for (const [index, tag] of excludedTags.entries()) {
    if (tags === null || tags.has(tag) || isForeign) continue
    problems.push(
      `${at([...excluded, index])}: excludedTags: nothing in the schema has the tag "${tag}"`,
    )
  }
  const audience = audiences.find((each) => each === yaml['audience'] && each !== 'EMPLOYEE')
  if (audience === undefined) {
    problems.push(`${at(['audience'])}: "audience" is none of ${audiences.slice(1).join(', ')}`)
    return { audience: 'PARTNER_SYSTEM', excludedTags, scopes }
  }
  const within = scopesFor(audience, excludedTags)
  for (const scope of scopes.filter((each) => within?.has(each) === false))
    problems.push(
      `${at(['scopes', listed.indexOf(scope)])}: scopes: all that asks for "${scope}" is outside of the contract of ${audience}${excludedTags.length === 0 ? '' : ` without ${excludedTags.join(', ')}`}`,
    )
  return { audience, excludedTags, scopes }
}

/** A rule that no relation declares would show nothing; so would a parameter it does not read. */
function readRows(rule: string, file: PolicyFile, problems: string[]): RowLimit {
  const { yaml, at } = file
  const parameters = Object.fromEntries(
    Object.entries(recordOf(yaml['parameters'])).map(([name, value]) => {
      const place = ['parameters', name]
      const values = textsOf(value, { file, at: place, problems })
      if (values.length > maxRuleValues) {
        problems.push(
          `${at(place)}: parameters.${name}: more than ${maxRuleValues} values; name a rule that is a predicate`,
        )
      }
      return [name, values]
    }),
  )
  const needs = Object.hasOwn(rowRules, rule) ? rowRules[rule]?.parameters : undefined
  if (needs === undefined) {
    if (rule !== '')
      problems.push(
        `${at(['rows'])}: rows: there is no row rule "${rule}", only ${Object.keys(rowRules).join(', ')}`,
      )
    return { rule, parameters }
  }
  for (const name of needs) {
    if ((parameters[name] ?? []).length === 0)
      problems.push(
        `${at('parameters' in yaml ? ['parameters', name] : ['rows'])}: parameters: ${rule} needs a value of "${name}"`,
      )
  }
  for (const name of Object.keys(parameters)) {
    if (!needs.includes(name))
      problems.push(
        `${at(['parameters', name])}: parameters: ${rule} takes no "${name}", only ${needs.join(', ')}`,
      )
  }
  return { rule, parameters }
}

interface Place {
  readonly file: PolicyFile
  readonly at: YamlPath
}

/** Those of the listed scopes that the schema asks for; in a schema of ours the others are mistakes. */
function knownScopes(
  listed: readonly string[],
  { file, at }: Place,
  { known, isForeign, problems }: Checking,
): readonly string[] {
  const isKnown = (scope: string) => known === null || known.has(scope)
  for (const [index, scope] of listed.entries()) {
    if (scope === '*' || isForeign || isKnown(scope)) continue
    problems.push(
      `${file.at([...at, index])}: ${at.join('.')}: no field asks for the scope "${scope}"`,
    )
  }
  return listed.filter((scope) => scope !== '*' && isKnown(scope))
}

function textsOf(
  value: unknown,
  { file, at, problems }: Place & { readonly problems: string[] },
): readonly string[] {
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value
  problems.push(`${file.at(at)}: ${at.join('.')}: expected a list of text`)
  return []
}
