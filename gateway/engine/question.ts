/**
 * One planned fetch as a system is asked it: the text and its JSON around the variables are made
 * once; a request only writes its values between.
 */
import { parse, type DocumentNode } from 'graphql'
import type { StatementEvent } from '#shared/select-only.ts'
import { AppError } from '#shared/errors.ts'
import type { Principal } from '#shared/principal.ts'
import type { SourceRequest } from '../sources/source.ts'

export interface Question {
  readonly query: string
  readonly operationName: string | undefined
  /** Names of the client's variables that are passed on. */
  readonly variables: readonly string[]
  readonly document: () => DocumentNode
  /** The JSON of the request up to the first variable. */
  readonly head: string
  /** The scopes that some rule of what it asks names; null when nobody has looked. */
  readonly scopes: readonly string[] | null
}

export function createQuestion(
  query: string,
  operationName: string | undefined,
  variables: readonly string[],
  scopes: readonly string[] | null = null,
): Question {
  let parsed: DocumentNode | undefined
  const name =
    operationName === undefined ? '' : `"operationName":${JSON.stringify(operationName)},`
  return {
    query,
    operationName,
    variables,
    document: () => (parsed ??= parse(query, { noLocation: true })),
    head: `{"query":${JSON.stringify(query)},${name}"variables":{`,
    scopes,
  }
}

/** Representations by the name of the variable that carries them, each as JSON. */
export type Representations = ReadonlyMap<string, readonly string[]>

export interface AskedWith {
  readonly values: Readonly<Record<string, unknown>>
  readonly representations: Representations
  readonly principal: Principal
  readonly deadlineAt: number
  readonly traceparent?: string | undefined
  readonly onStatement: (event: StatementEvent) => void
}

/** One question on its way to one system. What a carrier does not need is not made. */
export class Call implements SourceRequest {
  readonly principal: Principal
  readonly deadlineAt: number
  readonly traceparent: string | undefined
  readonly onStatement: (event: StatementEvent) => void
  readonly #question: Question
  readonly #values: Readonly<Record<string, unknown>>
  readonly #representations: Representations
  #stopped: Error | undefined
  #listener: ((reason: Error) => void) | undefined
  #controller: AbortController | undefined

  constructor(question: Question, asked: AskedWith) {
    this.#question = question
    this.#values = asked.values
    this.#representations = asked.representations
    this.principal = asked.principal
    this.deadlineAt = asked.deadlineAt
    this.traceparent = asked.traceparent
    this.onStatement = asked.onStatement
  }

  get query(): string {
    return this.#question.query
  }

  get document(): DocumentNode {
    return this.#question.document()
  }

  get scopes(): readonly string[] | null {
    return this.#question.scopes
  }

  get operationName(): string | undefined {
    return this.#question.operationName
  }

  get variables(): Readonly<Record<string, unknown>> {
    const variables: Record<string, unknown> = {}
    for (const name of this.#question.variables) {
      if (this.#values[name] !== undefined) variables[name] = this.#values[name]
    }
    for (const [name, texts] of this.#representations) {
      variables[name] = JSON.parse(`[${texts.join(',')}]`) as unknown
    }
    return variables
  }

  get body(): string {
    const parts: string[] = []
    for (const name of this.#question.variables) {
      const text = JSON.stringify(this.#values[name]) as string | undefined // of no value, nothing
      if (text !== undefined) parts.push(`${JSON.stringify(name)}:${text}`)
    }
    for (const [name, texts] of this.#representations) parts.push(`"${name}":[${texts.join(',')}]`)
    return `${this.#question.head}${parts.join(',')}}}`
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#stopped !== undefined) this.#controller.abort(this.#stopped)
    }
    return this.#controller.signal
  }

  onStop(listener: (reason: Error) => void): void {
    if (this.#stopped === undefined) this.#listener = listener
    else listener(this.#stopped)
  }

  /** Tells the carrier that nobody waits any more. */
  stop(reason: unknown): void {
    if (this.#stopped !== undefined) return
    this.#stopped = stoppedBy(reason)
    this.#controller?.abort(this.#stopped)
    this.#listener?.(this.#stopped)
  }
}

/** Why somebody no longer waits, as an error of ours. */
export const stoppedBy = (reason: unknown): AppError =>
  reason instanceof AppError ? reason : new AppError('CANCELLED', 'The request was cancelled.')
