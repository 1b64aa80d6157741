/**
 * What an error may say beside its message and code, the same for systems in process and over HTTP.
 * An allow-list: a system's own extensions (SQL, stacks, HTTP status) never go further.
 */
const details = ['argument', 'maximum', 'cap'] as const

export const detailsOf = (
  extensions: Readonly<Record<string, unknown>> | undefined,
): Readonly<Record<string, string | number>> =>
  Object.fromEntries(
    details.flatMap((name) => {
      const value = extensions?.[name]
      return typeof value === 'string' || typeof value === 'number' ? [[name, value]] : []
    }),
  )
