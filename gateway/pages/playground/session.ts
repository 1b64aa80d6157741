/**
 * What the page knows of its caller while it is open: the configuration from our own origin, and the
 * token, which is kept here in memory only, never in a storage or in the page. No React here.
 */

export interface Column {
  readonly path: string
  readonly label: string
}

export interface SavedQuestion {
  readonly name: string
  readonly title: string
  readonly theme: string
  readonly description: string
  readonly operation: string
  readonly variables: Readonly<Record<string, unknown>>
  /** Where the rows of the answer are, and what to show of each. */
  readonly rows: string
  readonly columns: readonly Column[]
  /** The demo identity that may read all of it; null in production. */
  readonly reader: string | null
}

export interface PageConfig {
  readonly mode: 'demo' | 'production'
  readonly identities: readonly { readonly name: string; readonly label: string }[]
}

let token = ''
let identity: string | null = null

export async function loadConfig(): Promise<PageConfig> {
  const response = await fetch('/playground/config.json')
  if (!response.ok) throw new Error('The gateway does not answer.')
  return (await response.json()) as PageConfig // our own address
}

export function setToken(value: string): void {
  token = value
  identity = null
}

/** Asks as a demo identity from now on. */
export async function switchTo(name: string): Promise<void> {
  const response = await fetch('/playground/demo-token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ as: name }),
  })
  if (!response.ok) throw new Error(`There is no token for "${name}".`)
  setToken(((await response.json()) as { token: string }).token) // our own address
  identity = name
}

/** Asks with the caller's token; a demo token that is over is replaced once. */
export async function fetchAsCaller(address: string, init: RequestInit): Promise<Response> {
  const send = () => {
    const headers = new Headers(init.headers)
    if (token !== '') headers.set('authorization', `Bearer ${token}`)
    return fetch(address, { ...init, headers })
  }
  const response = await send()
  if (response.status !== 401 || identity === null) return response
  await switchTo(identity)
  return send()
}
