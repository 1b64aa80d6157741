/**
 * The keys of the audit: one holds the chain together, the other hides the values of variables. Both
 * come from one secret, which configuration gives or the data folder keeps.
 */
import { createHmac, hash, hkdfSync } from 'node:crypto'
import { dataSecret } from '../data-secret.ts'

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

/** The secret of a data folder. */
export const auditSecret = (data: string): string => dataSecret(data, 'audit.key')
