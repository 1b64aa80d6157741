/** What the page asks the gateway, as whoever looks at it. Errors are told with their code. */
import { fetchAsCaller } from '../playground/session.ts'

export interface Token {
  readonly id: string
  readonly status: 'ACTIVE' | 'ROTATED' | 'EXPIRED' | 'REVOKED'
  readonly name: string
  readonly subject: string
  readonly lastFour: string
  readonly addresses: readonly string[] | null
  /** Null: all of the plan. */
  readonly scopes: readonly string[] | null
  readonly expiresAt: string
  readonly lastUsedAt: string | null
  readonly uses: number
}

export interface Viewer {
  readonly subject: string
  readonly audience: string
  readonly scopes: readonly string[]
  readonly rowRule: string | null
  /** Null where nobody counts. */
  readonly limits: Limits | null
  readonly tokens: readonly Token[] | null
  /** The newest first; null where nothing is kept. */
  readonly auditEntries: { readonly nodes: readonly LogEntry[] } | null
}

/** Costs are points. */
export interface Limits {
  readonly cost: number
  readonly costPerMinute: number
  readonly costPerDay: number
  readonly depth: number
  readonly concurrency: number
}

export interface LogEntry {
  readonly at: string
  readonly operationName: string | null
  readonly outcome: string
  readonly cost: number | null
  readonly systems: readonly string[]
  readonly read: readonly string[]
  readonly refused: readonly string[]
  readonly codes: readonly string[]
}

/** Points. */
export interface RateLimit {
  readonly limit: number
  readonly remaining: number
  readonly resetAt: string | null
}

export interface Own {
  readonly viewer: Viewer
  /** Null where nobody counts. */
  readonly rateLimit: RateLimit | null
}

export interface Plan {
  readonly name: string
  readonly subject: string
}

const fields = 'id status name subject lastFour addresses scopes expiresAt lastUsedAt uses'

async function ask<Data>(query: string, variables: object = {}): Promise<Data> {
  const response = await fetchAsCaller('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors = [] } = (await response.json()) as {
    data?: Data
    errors?: readonly { message: string; extensions: { code: string } }[]
  } // what /graphql answers
  const [error] = errors
  if (error !== undefined) throw new Error(`${error.message} (${error.extensions.code})`)
  if (data === undefined) throw new Error('The gateway does not answer.')
  return data
}

export const askOwn = (): Promise<Own> =>
  ask(`query OwnTokens {
    viewer {
      subject audience scopes rowRule
      limits { cost costPerMinute costPerDay depth concurrency }
      tokens { ${fields} }
      auditEntries(first: 20) {
        nodes { at operationName outcome cost systems read refused codes }
      }
    }
    rateLimit { limit remaining resetAt }
  }`)

export interface Everything {
  readonly plans: readonly Plan[]
  readonly tokens: readonly Token[]
  readonly total: number
}

/** For administrators: the plans, and the newest tokens of everybody. */
export async function askEverything(): Promise<Everything> {
  const { partnerPlans, tokens } = await ask<{
    partnerPlans: readonly Plan[]
    tokens: { nodes: readonly Token[]; totalCount: number }
  }>(`{ partnerPlans { name subject } tokens(first: 200) { totalCount nodes { ${fields} } } }`)
  return { plans: partnerPlans, tokens: tokens.nodes, total: tokens.totalCount }
}

export interface NewToken {
  readonly subject: string
  readonly name: string
  readonly days: number
  readonly addresses: readonly string[] | null
}

export const createToken = (input: NewToken): Promise<string | null> =>
  change('createToken', 'CreateTokenInput', input)

export const rotateToken = (id: string): Promise<string | null> =>
  change('rotateToken', 'RotateTokenInput', { id })

export async function revokeToken(id: string): Promise<void> {
  await ask(
    'mutation Revoke($id: ID!, $key: String!) { revokeToken(input: { id: $id }, idempotencyKey: $key) { token { id } } }',
    { id, key: newKey() },
  )
}

/** The token that the change gives. */
async function change(field: string, type: string, input: object): Promise<string | null> {
  const data = await ask<Readonly<Record<string, { secret: string | null }>>>(
    `mutation Change($input: ${type}!, $key: String!) { ${field}(input: $input, idempotencyKey: $key) { secret } }`,
    { input, key: newKey() },
  )
  return data[field]?.secret ?? null
}

const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
