/**
 * Where a partner wants to be sent things, and by which keys they are signed. The file names variables
 * of the environment: a secret does not stand among what many may read, and only what signs needs it.
 */
import { isSafeUrl, recordOf, variableIn } from '../config/reader.ts'
import { refuseUnknown, type PolicyFile, type YamlPath } from './policy-file.ts'

export interface Webhook {
  readonly url: string
  /** All of them sign: while one takes over from another, the partner may know either. */
  readonly secrets: readonly SecretName[]
}

export interface SecretName {
  /** The variable of the environment that has it. */
  readonly variable: string
  /** `x.yaml:7: webhook.secrets[0]`, where the file names it. */
  readonly at: string
}

/** Null where there is none, or something is wrong with it. */
export function readPartnerWebhook(file: PolicyFile, problems: string[]): Webhook | null {
  const { webhook } = file.yaml
  if (webhook === undefined) return null
  refuseUnknown(file, ['webhook'], webhook, ['url', 'secrets'], problems)
  const { url, secrets } = recordOf(webhook)
  const place = (...path: YamlPath) => file.at(['webhook', ...path])
  const wrong = urlProblem(url)
  if (wrong !== null) problems.push(`${place('url')}: webhook.url: ${wrong}`)
  if (!Array.isArray(secrets) || secrets.length === 0) {
    problems.push(
      `${place('secrets')}: webhook.secrets: expected a list of variables that have a secret, such as \${PARTNER_WEBHOOK_SECRET}`,
    )
    return null
  }
  const named = secrets.flatMap((value: unknown, index): SecretName[] => {
    const at = `${place('secrets', index)}: webhook.secrets[${index}]`
    const variable = variableIn(value)
    if (variable !== undefined) return [{ variable, at }]
    // What stands there may be the secret: it is not told.
    problems.push(
      `${at}: expected the variable that has the secret, such as \${PARTNER_WEBHOOK_SECRET}; the secret itself does not belong into this file`,
    )
    return []
  })
  return typeof url === 'string' ? { url, secrets: named } : null
}

function urlProblem(url: unknown): string | null {
  if (typeof url !== 'string' || !isSafeUrl(url)) return 'expected an https address'
  const { username, password } = new URL(url)
  return username === '' && password === ''
    ? null
    : 'expected an address without a name or password: it is shown, and what is sent is signed'
}
