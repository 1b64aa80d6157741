/**
 * Asks the gateway and keeps the last answer for the panes that look at it: its data, and which systems
 * answered. Introspection is no answer anybody looks at. No React here.
 */
import type { Fetcher } from '@graphiql/toolkit'
import type { Answer, SourceReport } from './answer.ts'
import { createHeld } from './held.ts'
import { meantOperation } from './operation.ts'
import { fetchAsCaller } from './session.ts'

export const lastAnswer = createHeld<Answer | null>(null)

interface Asked {
  readonly query: string
  readonly operationName?: string | null
}

type GraphqlAnswer = Partial<Pick<Answer, 'data' | 'errors'>> & {
  readonly extensions?: Readonly<Record<string, unknown>> & {
    readonly sources?: readonly SourceReport[]
  }
}

/** GraphiQL's stop button unsubscribes, which aborts the request: the gateway stops asking as well. */
export const fetcher: Fetcher = (asked) => ({
  subscribe: (observer: Observer) => {
    const stop = new AbortController()
    void tell(observer, asked, stop.signal)
    return { unsubscribe: () => stop.abort() }
  },
})

interface Observer {
  next(answer: object): void
  error(reason: unknown): void
  complete(): void
}

async function tell(observer: Observer, asked: Asked, signal: AbortSignal): Promise<void> {
  try {
    observer.next(await ask(asked, signal))
    observer.complete()
  } catch (error) {
    if (!signal.aborted) observer.error(error)
  }
}

async function ask(asked: Asked, signal: AbortSignal) {
  const isQuestion = asked.operationName !== 'IntrospectionQuery'
  const operationName = meantOperation(asked.query, asked.operationName)
  const startedAt = performance.now()
  const response = await fetchAsCaller('/graphql', {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json, application/json',
      'content-type': 'application/json',
      ...(isQuestion ? { 'isthmus-sources': '1' } : {}),
    },
    body: JSON.stringify({ ...asked, operationName }),
    signal,
  })
  const { extensions, ...answer } = (await response.json()) as GraphqlAnswer // what /graphql answers
  if (!isQuestion) return answer
  const { sources = [], ...others } = extensions ?? {}
  lastAnswer.keep({
    query: asked.query,
    operationName,
    data: answer.data ?? null,
    errors: answer.errors ?? [],
    sources,
    milliseconds: performance.now() - startedAt,
  })
  return Object.keys(others).length > 0 ? { ...answer, extensions: others } : answer
}
