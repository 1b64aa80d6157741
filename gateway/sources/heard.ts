/**
 * How the library hears an error of a system that is not ours: its code goes on, so that clients can
 * still tell one failure from another; its words only where whoever runs the gateway says so. Other
 * extensions (HTTP status, stacks, SQL) never do.
 */
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { errorCodes, type ErrorCode } from '#shared/errors.ts'

export type Heard = (error: GraphQLFormattedError) => GraphQLError

/** A word that programs compare, not a text that could say something. */
export const mayBeSaid = (code: string): boolean => /^[A-Za-z][\w-]{0,63}$/.test(code)

export const heardAs =
  (said: 'CODE' | 'MESSAGE'): Heard =>
  ({ message, path, extensions }) => {
    const given = extensions?.['code']
    const code = typeof given === 'string' && mayBeSaid(given) ? given : 'SOURCE_DATA_INVALID'
    return new GraphQLError(said === 'MESSAGE' ? message : wordsFor(code), {
      path: path ?? null,
      extensions: { code },
      originalError: said === 'MESSAGE' ? null : new Error(message), // for the log
    })
  }

const wordsFor = (code: string): string =>
  isOurs(code) && code !== 'SOURCE_DATA_INVALID'
    ? errorCodes[code].meaning
    : 'A system reported an error.'

const isOurs = (code: string): code is ErrorCode => Object.hasOwn(errorCodes, code)
