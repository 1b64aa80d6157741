/**
 * Why somebody is not let in, in stable words: what the audit counts refusals by. What is wrong in
 * detail is in the message, for the log; whoever was refused is told neither.
 */
import { errors } from 'jose'

/** The schema has the same words, with what they mean (`AuditReason`). */
export const refusalReasons = [
  'MISSING',
  'DUPLICATE',
  'MALFORMED',
  'UNKNOWN',
  'REVOKED',
  'EXPIRED',
  'ADDRESS',
  'ISSUER',
  'AUDIENCE',
  'SIGNATURE',
  'CLAIMS',
  'SUBJECT',
  'REPLAYED',
  'OTHER',
] as const
export type RefusalReason = (typeof refusalReasons)[number]

export class CallerRefused extends Error {
  override readonly name = 'CallerRefused'
  readonly reason: RefusalReason

  constructor(reason: RefusalReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/** Of an UNAUTHENTICATED by its causes, or of what is wrong with an assertion. */
export function reasonOf(error: unknown): RefusalReason {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof CallerRefused) return at.reason
    if (at instanceof errors.JOSEError) return reasonOfJose(at)
  }
  return 'OTHER'
}

function reasonOfJose(error: errors.JOSEError): RefusalReason {
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'AUDIENCE'
    return error.claim === 'iss' ? 'ISSUER' : 'CLAIMS'
  }
  return byCode[error.code] ?? 'OTHER'
}

const byCode: Readonly<Record<string, RefusalReason>> = {
  [errors.JWTExpired.code]: 'EXPIRED',
  [errors.JWTInvalid.code]: 'MALFORMED',
  [errors.JWSInvalid.code]: 'MALFORMED',
  [errors.JWSSignatureVerificationFailed.code]: 'SIGNATURE',
  [errors.JWKSNoMatchingKey.code]: 'SIGNATURE',
  [errors.JOSEAlgNotAllowed.code]: 'SIGNATURE',
}
