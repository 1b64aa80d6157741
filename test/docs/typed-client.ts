/** The typed client of docs/clients.md, as it stands there: the compiler and a test keep it true. */

/** A question whose answer and variables the compiler knows. */
export interface TypedQuestion<Data, Variables> {
  readonly text: string
  /** Never there: it carries the types only. */
  readonly types?: (variables: Variables) => Data
}

export interface Answer<Data> {
  /** Null when nothing could be answered. */
  readonly data?: Data | null
  /** What is missing from the data, and why; the path says where. */
  readonly errors?: readonly {
    readonly message: string
    readonly path?: readonly (string | number)[]
    readonly extensions: { readonly code: string; readonly requestId?: string }
  }[]
}

/** Amounts are exact decimals, so they are text: do not turn them into numbers. */
interface Money {
  readonly amount: string
  readonly currency: string
}

/** Every field of an entity may be null: its system may be down, or not know the record. */
interface Receivables {
  readonly customer: {
    readonly name: string | null
    readonly owner: { readonly displayName: string | null } | null
    readonly openReceivables: readonly Money[] | null
  } | null
}

export const receivables: TypedQuestion<Receivables, { readonly crmAccountId: string }> = {
  text: `query Receivables($crmAccountId: ID!) {
    customer(crmAccountId: $crmAccountId) {
      name
      owner { displayName }
      openReceivables { amount currency }
    }
  }`,
}

export async function ask<Data, Variables>(
  gateway: { readonly url: string; readonly token: string },
  { text }: TypedQuestion<Data, Variables>,
  variables: Variables,
): Promise<Answer<Data>> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.token}` },
    body: JSON.stringify({ query: text, variables }),
    signal: AbortSignal.timeout(20_000),
  })
  return (await response.json()) as Answer<Data> // what the schema promises for this text
}
