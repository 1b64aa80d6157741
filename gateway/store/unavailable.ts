/** The one failure of the gateway's own database while it runs: what the driver said is the cause. */
import { AppError } from '#shared/errors.ts'
import type { FailureKind } from '#shared/sources/failures.ts'
import { failureKind } from '#shared/sources/postgresql-failures.ts'

export const storeUnavailable = (cause: unknown): AppError =>
  new AppError(
    'STORE_UNAVAILABLE',
    "The gateway's own database does not answer: ask again later.",
    { cause },
  )

export const isStoreFailure = (error: unknown): error is AppError =>
  error instanceof AppError && error.code === 'STORE_UNAVAILABLE'

/** What whoever starts the gateway can do about it; callers are not told. */
const advice: Readonly<Partial<Record<FailureKind, string>>> = {
  account:
    'refuses the account, or a connection without encryption: check the user and the password in store, and store.tls',
  absent: 'is not on its server under the name in store',
  tls: 'has no encryption or certificate that we accept: check store.tls',
  privilege: 'does not let its account read, write or make what it needs',
}

/** The same failure when the database is opened. */
export const notOpened = (error: AppError): AppError =>
  new AppError(
    'STORE_UNAVAILABLE',
    `The gateway's own database ${advice[failureKind(error.cause)] ?? 'cannot be reached or used'}.`,
    { cause: error.cause },
  )
