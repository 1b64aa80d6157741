/**
 * The keys of the audit: one holds the chain together, the other hides the values of variables. Both
 * come from one secret, which configuration gives or the data folder keeps.
 */
import { createHmac, hash, hkdfSync, randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface AuditKeys {
  /** The hash of an entry, which holds all those before it. */
  link(before: string, number: number, entry: string): string
  /** What a value is told apart by; not to be guessed from a list of likely ones. */
  value(value: unknown): string
}

export function auditKeys(secret: string): AuditKeys {
  const derived = (use: string) => Buffer.from(hkdfSync('sha256', secret, '', `isthmus ${use}`, 32))
  const [chainKey, valueKey] = [derived('audit chain'), derived('audit values')]
  return {
    link: (before, number, entry) =>
      createHmac('sha256', chainKey).update(`${before}\n${number}\n${entry}`).digest('base64url'),
    value: (value) =>
      createHmac('sha256', valueKey)
        .update(JSON.stringify(value) ?? '')
        .digest('base64url')
        .slice(0, 22),
  }
}

/** Of what is no secret: an operation, a list of coordinates. */
export const digest = (text: string): string => hash('sha256', text, 'base64url')

/** The secret of a data folder; made when there is none. */
export function auditSecret(data: string): string {
  const path = join(data, 'audit.key')
  mkdirSync(data, { recursive: true })
  const fresh = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
  writeFileSync(fresh, randomBytes(48).toString('base64url'), { mode: 0o600, flag: 'wx' })
  try {
    linkSync(fresh, path) // whole or not at all; of several processes the first one's counts
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  } finally {
    rmSync(fresh)
  }
  return readFileSync(path, 'utf8').trim()
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined
