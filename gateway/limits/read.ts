/**
 * Limits as configuration files say them: `limits` of config.yaml by kind of caller, and `limits` of a
 * partner's own file over those. Every problem is said, with its place.
 */
import { isObject } from '#shared/json.ts'
import {
  callerKinds,
  defaultLimits,
  limitNames,
  limitRules,
  type CallerKind,
  type LimitName,
  type Limits,
} from './limits.ts'

export interface LimitsConfig extends Readonly<Record<CallerKind, Limits>> {
  /** The address of a Redis that all processes count in; undefined counts in each process. */
  readonly store: string | undefined
}

export const defaultLimitsConfig: LimitsConfig = { ...defaultLimits, store: undefined }

/** `limits` of config.yaml. */
export function readLimits(value: unknown, problems: string[]): LimitsConfig {
  if (value === undefined || value === null) return defaultLimitsConfig
  if (!isObject(value)) {
    problems.push('limits: expected employee, partner and store')
    return defaultLimitsConfig
  }
  for (const key of Object.keys(value)) {
    if (key !== 'store' && !callerKinds.some((kind) => kind === key))
      problems.push(`limits: "${key}" is not known, only ${callerKinds.join(', ')} and store`)
  }
  const [employee, partner] = callerKinds.map((kind) => {
    const limits = { ...defaultLimits[kind], ...readSome(value[kind], `limits.${kind}`, problems) }
    checkTogether(limits, `limits.${kind}`, problems)
    return limits
  }) as [Limits, Limits] // one for each kind
  return { employee, partner, store: readStore(value['store'], problems) }
}

/** `limits` of a partner's file: what it does not name is as for partners. */
export function readPartnerLimits(
  value: unknown,
  file: string,
  problems: string[],
): Partial<Limits> {
  return readSome(value, `${file}: limits`, problems)
}

/** What is said of a partner and what holds for all, together; says what does not fit. */
export function mergedLimits(
  all: Limits,
  own: Partial<Limits>,
  at: string,
  problems: string[],
): Limits {
  const limits = { ...all, ...own }
  if (Object.keys(own).length > 0) checkTogether(limits, at, problems)
  return limits
}

function readSome(value: unknown, at: string, problems: string[]): Partial<Limits> {
  if (value === undefined || value === null) return {}
  if (!isObject(value)) {
    problems.push(`${at}: expected names of limits with their values`)
    return {}
  }
  const read: Partial<Record<LimitName, number>> = {}
  for (const [name, given] of Object.entries(value)) {
    const known = limitNames.find((each) => each === name)
    if (known === undefined) {
      problems.push(`${at}: there is no limit "${name}"; there are ${limitNames.join(', ')}`)
      continue
    }
    const { least, most } = limitRules[known]
    if (typeof given === 'number' && Number.isInteger(given) && given >= least && given <= most) {
      read[known] = given
    } else {
      problems.push(
        `${at}.${name}: ${JSON.stringify(given)} is not a whole number from ${least} to ${most}`,
      )
    }
  }
  return read
}

/** A question that may be asked must fit into what a caller may spend. */
function checkTogether(limits: Limits, at: string, problems: string[]): void {
  for (const [smaller, larger] of [
    ['cost', 'costPerMinute'],
    ['costPerMinute', 'costPerDay'],
  ] as const) {
    if (limits[smaller] > limits[larger]) {
      problems.push(
        `${at}: ${smaller} (${limits[smaller]}) is more than ${larger} (${limits[larger]}), so it could never be used`,
      )
    }
  }
}

function readStore(value: unknown, problems: string[]): string | undefined {
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value === 'string' && /^rediss?:$/.test(URL.parse(value)?.protocol ?? '')) return value
  // The address may hold a password: it is not repeated.
  problems.push('limits.store: expected an address that begins with redis:// or rediss://')
  return undefined
}
