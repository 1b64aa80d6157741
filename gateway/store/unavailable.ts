/** The one failure of the gateway's own database while it runs: what the driver said is the cause. */
import { AppError } from '#shared/errors.ts'

export const storeUnavailable = (cause: unknown): AppError =>
  new AppError(
    'STORE_UNAVAILABLE',
    "The gateway's own database does not answer: ask again later.",
    { cause },
  )

export const isStoreFailure = (error: unknown): error is AppError =>
  error instanceof AppError && error.code === 'STORE_UNAVAILABLE'
