/** The client's signal and the total time of a question as one signal. */
import { AppError } from '#shared/errors.ts'

export interface Limited {
  readonly signal: AbortSignal
  /** The question is over: nothing is waited for any more. */
  readonly cancel: () => void
}

export function limited(signal: AbortSignal | undefined, timeoutMs: number): Limited {
  const own = new AbortController()
  const abort = () => own.abort(signal?.reason)
  if (signal?.aborted === true) abort()
  else signal?.addEventListener('abort', abort, { once: true })
  const late = new AppError('DEADLINE_EXCEEDED', 'The question took longer than it may.')
  const timer = setTimeout(() => own.abort(late), timeoutMs)
  return {
    signal: own.signal,
    cancel: () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    },
  }
}
