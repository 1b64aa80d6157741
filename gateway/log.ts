/**
 * The log: one JSON line an event, on standard error. Allow-listed fields only: never tokens,
 * documents, variables or rows.
 */
import { destination, pino, type Logger } from 'pino'

export type Log = Pick<Logger, 'info' | 'warn' | 'error'>

export const createLog = (level = 'info'): Log =>
  pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination(2))

/** For programs whose output is their answer. */
export const noLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
