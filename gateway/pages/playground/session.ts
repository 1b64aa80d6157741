/**
 * What the page knows while it is open: the caller's token (in memory only, never in a storage or in
 * the page's HTML) and which systems answered last. No React here.
 */

export interface SourceReport {
  readonly system: string
  readonly milliseconds: number
  readonly fetches: number
  readonly failed: boolean
}

export interface SavedQuestion {
  readonly name: string
  readonly title: string
  readonly theme: string
  readonly description: string
  readonly operation: string
  readonly variables: Readonly<Record<string, unknown>>
}

export interface PageConfig {
  readonly mode: 'demo' | 'production'
  readonly identities: readonly { readonly name: string; readonly label: string }[]
  readonly questions: readonly SavedQuestion[]
}

let token = ''
let reports: readonly SourceReport[] = []
const listeners = new Set<() => void>()

export const setToken = (value: string): void => {
  token = value
}

export const sourcesStore = {
  subscribe: (listener: () => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
  current: () => reports,
}

export async function loadConfig(): Promise<PageConfig> {
  const response = await fetch('/playground/config.json')
  return (await response.json()) as PageConfig // our own address
}

/** A token of a demo identity, from this origin. */
export async function switchTo(identity: string): Promise<void> {
  const response = await fetch('/playground/demo-token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ as: identity }),
  })
  if (!response.ok) throw new Error(`No token for ${identity}`)
  setToken(((await response.json()) as { token: string }).token) // our own address
}

interface Asked {
  readonly query: string
  readonly operationName?: string | null
  readonly variables?: unknown
}

/** Asks the gateway, and keeps which systems answered. */
export async function ask(params: Asked, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'isthmus-sources': '1',
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify(params),
  })
  const answer = (await response.json()) as {
    data?: Record<string, unknown> | null
    errors?: readonly object[]
    extensions?: { sources?: readonly SourceReport[] }
  } // a GraphQL answer
  const { sources, ...extensions } = answer.extensions ?? {}
  if (sources !== undefined) {
    reports = sources
    for (const listener of listeners) listener()
  }
  const { extensions: _, ...rest } = answer
  return Object.keys(extensions).length > 0 ? { ...rest, extensions } : rest
}
