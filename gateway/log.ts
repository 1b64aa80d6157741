/**
 * The log: one JSON line an event, on standard error. Allow-listed fields only: never tokens,
 * documents, variables or rows.
 */
import { destination, pino, type Logger } from 'pino'

export type Log = Pick<Logger, 'info' | 'warn' | 'error'>

/** `worker` is the number of the process, where there are several. */
export const createLog = (level = 'info', worker?: number): Log =>
  pino(
    {
      level,
      base: worker === undefined ? null : { worker },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination(2),
  )

/** For programs whose output is their answer. */
export const noLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
