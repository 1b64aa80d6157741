/**
 * Asks one system within its time. Whatever happens is an answer: data, or errors with a code. A
 * system that does not react to being stopped is no longer waited for.
 */
import { GraphQLError } from 'graphql'
import { AppError, appErrorIn } from '#shared/errors.ts'
import type { SourceAnswer } from '../sources/source.ts'
import { Call, stoppedBy, type Question, type Representations } from './question.ts'
import { toGraphql, type Run } from './run.ts'

export interface Answer {
  /** Null when the system answered nothing that can be used; then `errors` says why. */
  readonly data: Readonly<Record<string, unknown>> | null
  readonly errors: readonly GraphQLError[]
  readonly cacheControl?: string | undefined
}

export async function send(
  run: Run,
  system: string,
  question: Question,
  representations: Representations,
): Promise<Answer> {
  const startedAt = performance.now()
  const traceparent = run.observer.fetching?.(system)
  const answer = await ask(run, { system, question, representations, startedAt, traceparent })
  let entities = 0
  for (const texts of representations.values()) entities += texts.length
  run.observer.fetch({
    system,
    startedAt,
    milliseconds: performance.now() - startedAt,
    entities,
    failure: answer.data === null ? codeOf(answer.errors[0]) : null,
    cacheControl: answer.cacheControl,
    traceparent,
  })
  return answer
}

interface Asking {
  readonly system: string
  readonly question: Question
  readonly representations: Representations
  readonly startedAt: number
  readonly traceparent: string | undefined
}

async function ask(run: Run, asking: Asking): Promise<Answer> {
  try {
    return answerOf(await withinTime(run, asking))
  } catch (error) {
    const ours = appErrorIn(error) ?? new AppError('INTERNAL', 'Internal error.', { cause: error })
    return { data: null, errors: [toGraphql(ours)] }
  }
}

function withinTime(
  run: Run,
  { system, question, representations, startedAt, traceparent }: Asking,
): Promise<SourceAnswer> {
  const source = run.sources.get(system)
  if (source === undefined) {
    throw new AppError('SOURCE_UNAVAILABLE', `The system "${system}" is not connected.`)
  }
  if (run.signal.aborted) throw stoppedBy(run.signal.reason)
  const ownLimit = startedAt + run.limits.timeoutOf(system)
  const timeoutAt = Math.min(run.deadlineAt, ownLimit)
  const tooLate = () =>
    timeoutAt === ownLimit
      ? new AppError('SOURCE_TIMEOUT', `The system "${system}" did not answer in time.`)
      : new AppError('DEADLINE_EXCEEDED', 'The question took longer than it may.')
  if (timeoutAt <= startedAt) throw tooLate()
  const call = new Call(question, {
    values: run.values,
    representations,
    principal: run.principal,
    deadlineAt: timeoutAt,
    traceparent,
    onStatement: (event) => run.observer.statement(event),
  })
  const answered = source.send(call) // may throw, and then nothing is under way
  return new Promise((resolve, reject) => {
    const stop = (reason: unknown) => {
      settle()
      reject(stoppedBy(reason))
      call.stop(reason)
    }
    const timer = setTimeout(() => stop(tooLate()), timeoutAt - startedAt)
    const settle = () => {
      clearTimeout(timer)
      run.underWay.delete(stop)
    }
    run.underWay.add(stop)
    answered.then(
      (answer) => {
        settle()
        return resolve(answer)
      },
      (error: unknown) => {
        settle()
        return reject(error)
      },
    )
  })
}

/** What came, or why it cannot be used. */
function answerOf({ data, errors = [], cacheControl }: SourceAnswer): Answer {
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) {
    return { data, errors, cacheControl }
  }
  return {
    data: null,
    errors:
      errors.length > 0
        ? errors
        : [invalid(data == null ? 'A system answered nothing.' : 'A system answered no object.')],
  }
}

export const invalid = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: 'SOURCE_DATA_INVALID' } })

const codeOf = (error: GraphQLError | undefined): string => {
  const code = error?.extensions['code']
  return typeof code === 'string' ? code : 'SOURCE_DATA_INVALID'
}
