/** Who may sign tokens, as the configuration says it. */
import { listOf, recordOf, type Reader } from './reader.ts'

/** Signatures with a key pair: a secret that both sides know is no issuer's. */
export const keyPairAlgorithms = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512', 'EdDSA'] as const),
]

/**
 * `required`: the scopes that the claim names, without one none. `optional`: the same, but without the
 * claim all of the plan. `ignored`: all of the plan, as the claim is about something else.
 */
export const partnerScopes = ['required', 'optional', 'ignored'] as const
export type PartnerScopes = (typeof partnerScopes)[number]

export interface Issuer {
  readonly issuer: string
  readonly audience: string
  /** Left out, the issuer's discovery document names it. */
  readonly jwksUrl: string | undefined
  readonly algorithms: readonly (typeof keyPairAlgorithms)[number][]
  /** How far its clock may be from ours. */
  readonly clockToleranceSeconds: number
  /** How long a token may live at most. */
  readonly maxLifetimeSeconds: number
  /** The claim with the groups; dots lead into objects. */
  readonly groupsClaim: string
  /** The claim with the client that got the token. */
  readonly clientIdClaim: string
  /** The claim with the scopes of a partner's token, as text with spaces or as a list. */
  readonly scopeClaim: string
  /** What a partner's token grants of its plan. */
  readonly partnerScopes: PartnerScopes
  /** Whose tokens it may sign. */
  readonly callers: 'employees' | 'partners' | 'all'
}

export function readIssuer(reader: Reader, value: unknown, at: number): Issuer {
  const entry = recordOf(value)
  const name = `issuers[${at}]`
  const within = (key: string, fallback: number, low: number, high: number) =>
    reader.whole(`${name}.${key}`, entry[key], fallback, low, high)
  for (const key of Object.keys(entry)) {
    if (!knownOfIssuer.has(key)) reader.problems.push(`${name}: "${key}" is not known`)
  }
  const isDiscovered = entry['jwksUrl'] === undefined
  return {
    issuer: isDiscovered
      ? reader.safeUrl(`${name}.issuer`, entry['issuer'])
      : reader.text(`${name}.issuer`, entry['issuer']),
    audience: reader.text(`${name}.audience`, entry['audience']),
    jwksUrl: isDiscovered ? undefined : reader.safeUrl(`${name}.jwksUrl`, entry['jwksUrl']),
    algorithms: listOf(entry['algorithms'] ?? ['RS256']).map((algorithm) =>
      reader.oneOf(`${name}.algorithms`, algorithm, keyPairAlgorithms, 'RS256'),
    ),
    clockToleranceSeconds: within('clockToleranceSeconds', 30, 0, 300),
    maxLifetimeSeconds: within('maxLifetimeSeconds', 86_400, 60, 2_592_000),
    groupsClaim: reader.text(`${name}.groupsClaim`, entry['groupsClaim'], 'groups'),
    clientIdClaim: reader.text(`${name}.clientIdClaim`, entry['clientIdClaim'], 'client_id'),
    scopeClaim: reader.text(`${name}.scopeClaim`, entry['scopeClaim'], 'scope'),
    partnerScopes: reader.oneOf(
      `${name}.partnerScopes`,
      entry['partnerScopes'],
      partnerScopes,
      'required',
    ),
    callers: reader.oneOf(
      `${name}.callers`,
      entry['callers'],
      ['employees', 'partners', 'all'],
      'all',
    ),
  }
}

const knownOfIssuer = new Set([
  ...['issuer', 'audience', 'jwksUrl', 'algorithms', 'clockToleranceSeconds'],
  ...['maxLifetimeSeconds', 'groupsClaim', 'clientIdClaim', 'callers'],
  ...['scopeClaim', 'partnerScopes'],
])
