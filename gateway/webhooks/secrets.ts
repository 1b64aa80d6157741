/** Secrets of webhooks, in the form of Standard Webhooks: `whsec_` and 24 to 64 bytes in base64. */
import { randomBytes } from 'node:crypto'
import { AppError } from '#shared/errors.ts'
import type { Environment } from '../config.ts'
import type { SecretName } from '../policy/partner-webhook.ts'

const prefix = 'whsec_'
const [minBytes, maxBytes, freshBytes] = [24, 64, 32]

export const freshSecret = (): string => `${prefix}${randomBytes(freshBytes).toString('base64')}`

/** Throws everything that is wrong, with the place in the partner's file that names it. */
export function readSecrets(names: readonly SecretName[], env: Environment): readonly string[] {
  const problems = names.flatMap(({ variable, at }) => {
    const problem = secretProblem(env[variable])
    return problem === null ? [] : [`${at}: ${variable} ${problem}`]
  })
  if (problems.length > 0)
    throw new AppError('CONFIGURATION_INVALID', `Policy:\n  ${problems.join('\n  ')}`)
  return names.flatMap(({ variable }) => env[variable] ?? [])
}

/** Never with the secret itself. */
function secretProblem(secret: string | undefined): string | null {
  if (secret === undefined || secret === '') return 'is not set in the environment'
  const encoded = secret.startsWith(prefix) ? secret.slice(prefix.length) : ''
  const bytes = Buffer.from(encoded, 'base64')
  // Node skips what is no base64: only what comes out the same was some.
  return bytes.toString('base64') === encoded &&
    bytes.length >= minBytes &&
    bytes.length <= maxBytes
    ? null
    : `has no "${prefix}" with ${minBytes} to ${maxBytes} bytes in base64 after it; \`isthmus webhook secret\` makes one`
}
