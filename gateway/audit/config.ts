/** `audit` of config.yaml. Every problem is said, with its place. */
import { isObject } from '#shared/json.ts'

export interface AuditConfig {
  /** How long entries are kept. */
  readonly retentionDays: number
  /** Undefined: the one of the data folder, made when there is none. */
  readonly key: string | undefined
}

export const defaultAudit: AuditConfig = { retentionDays: 365, key: undefined }

const maxDays = 3_650
const minKeyLength = 32

/** Null when there is to be none. */
export function readAudit(value: unknown, problems: string[]): AuditConfig | null {
  if (value === undefined || value === null) return defaultAudit
  if (!isObject(value)) {
    problems.push('audit: expected enabled, retentionDays and key')
    return defaultAudit
  }
  const { enabled = true, retentionDays = defaultAudit.retentionDays, key, ...unknown } = value
  for (const name of Object.keys(unknown)) problems.push(`audit: "${name}" is not known`)
  if (typeof enabled !== 'boolean') problems.push('audit.enabled: expected true or false')
  const isDays =
    typeof retentionDays === 'number' &&
    Number.isInteger(retentionDays) &&
    retentionDays >= 1 &&
    retentionDays <= maxDays
  if (!isDays) problems.push(`audit.retentionDays: expected a whole number from 1 to ${maxDays}`)
  const isKey = key === undefined || (typeof key === 'string' && key.length >= minKeyLength)
  if (!isKey) problems.push(`audit.key: expected at least ${minKeyLength} characters`)
  if (enabled === false) return null
  return {
    retentionDays: isDays ? retentionDays : defaultAudit.retentionDays,
    key: isKey ? key : undefined,
  }
}
