/**
 * What an error may say beside its message and code, the same for systems in process and over HTTP.
 * An allow-list: a system's own extensions (SQL, stacks, HTTP status) never go further.
 */
const details = ['argument', 'maximum', 'cap', 'sources'] as const

type Detail = string | number | readonly string[]

export const detailsOf = (
  extensions: Readonly<Record<string, unknown>> | undefined,
): Readonly<Record<string, Detail>> =>
  Object.fromEntries(
    details.flatMap((name) => {
      const value = extensions?.[name]
      return isDetail(value) ? [[name, value]] : []
    }),
  )

const isDetail = (value: unknown): value is Detail =>
  typeof value === 'string' ||
  typeof value === 'number' ||
  (Array.isArray(value) && value.every((each) => typeof each === 'string'))
