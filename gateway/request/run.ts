/**
 * The one way to run a question, whoever brings it: counted for its caller, in one generation from the
 * beginning to the end, and kept in the audit. What becomes of the question itself is `execute.ts`.
 */
import type { ExecutionResult } from 'graphql'
import type { Principal } from '#shared/principal.ts'
import type { Audit } from '../audit/audit.ts'
import type { Config } from '../config.ts'
import type { Generations } from '../generations.ts'
import type { Admission, Quota } from '../limits/admission.ts'
import { answeredCost, type AnsweredCost } from '../limits/answered-cost.ts'
import type { Limits } from '../limits/limits.ts'
import { meterSystems } from '../limits/system-costs.ts'
import type { Log } from '../log.ts'
import { questionCost, type QuestionCost } from '../platform/rate-limit.ts'
import { gatewayItself } from '../policy/facts.ts'
import type { Question } from '../transport/graphql.ts'
import { execute, type Follower } from './execute.ts'
import { explain } from './explain.ts'
import { observers, sourceReports, type Observer } from './observer.ts'
import { neverAborted } from './stages.ts'

export interface RunOptions {
  readonly signal?: AbortSignal
  readonly observer?: Observer
  readonly requestId?: string
  /** Whether the answer says which systems answered. */
  readonly sources?: boolean
  /** What the audit names the token by; a run without one has none. */
  readonly token?: string | null
  /** By default those of the principal. */
  readonly limits?: Limits
  /** Whether the answer says what it cost. */
  readonly cost?: boolean
  /** Whether it is only told what would become of the question. */
  readonly explained?: boolean
  /** Told of the caller's points. Left out, neither points nor questions at the same time are counted. */
  readonly onQuotas?: (quotas: readonly Quota[]) => void
}

/** Throws what is wrong with the question itself. */
export type Run = (
  question: Partial<Question> & { readonly document: string },
  principal: Principal,
  options?: RunOptions,
) => Promise<ExecutionResult>

export interface RunParts {
  readonly config: Config
  readonly log: Log
  readonly observer: Observer | undefined
  readonly generations: Generations
  readonly admission: Admission
  readonly limitsOf: (principal: Principal) => Limits
  /** Null where nothing is kept. */
  readonly audit: Audit | null
}

export function createRun(parts: RunParts): Run {
  const { config, log, observer, generations, admission, limitsOf, audit } = parts
  const systemLimits = { timeoutOf: (system: string) => config.system(system).timeoutMs }

  return async (question, principal, options = {}) => {
    const { subject } = principal
    const limits = options.limits ?? limitsOf(principal)
    const { onQuotas } = options
    const isCounted = onQuotas !== undefined && !config.noAuth
    const entered = isCounted ? admission.enter(subject, limits) : () => undefined
    // Where this process counts alone nobody waits.
    const leave = typeof entered === 'function' ? entered : await entered
    const taken = generations.take()
    const { views, sources } = taken
    const reports = options.sources === true ? sourceReports() : undefined
    const requestId = options.requestId ?? 'local'
    const counted: QuestionCost = { cost: null }
    let costs: AnsweredCost | undefined
    try {
      const graph = views.of(principal)
      const meter = options.cost === true ? meterSystems(sources, graph.generation) : undefined
      const request = {
        document: question.document,
        operationName: question.operationName,
        variables: question.variables ?? {},
        isSafe: question.isSafe ?? false,
        signal: options.signal ?? neverAborted,
        deadlineAt: performance.now() + Math.min(config.requestTimeoutMs, limits.totalMs),
        limits,
        requestId,
        observer: observers(observer, options.observer, reports),
        principal,
      }
      if (options.explained === true) {
        if (isCounted) await admission.spend(subject, 1, limits, onQuotas)
        return await explain(request, graph)
      }
      const answer = (follow?: Follower, follows?: Observer) =>
        questionCost.run(counted, () =>
          execute(
            follows === undefined
              ? request
              : { ...request, observer: observers(request.observer, follows) },
            {
              follow,
              graph,
              sources: meter?.sources ?? sources,
              authorization: config.authorization,
              limits: systemLimits,
              onError: (error, code) => log.warn({ requestId, code, err: error }, 'masked error'),
              admit: ({ cost }) => {
                counted.cost = cost
                return isCounted ? admission.spend(subject, cost, limits, onQuotas) : undefined
              },
              onAnswered:
                meter && ((answered) => (costs = answeredCost(answered, graph.generation, meter))),
            },
          ),
        )
      // What the gateway asks for itself, to know who somebody is, nobody gets.
      const result =
        audit === null || principal === gatewayItself
          ? await answer()
          : await audit.run(
              {
                principal,
                token: options.token ?? null,
                requestId,
                generation: graph.generation,
                cost: () => counted.cost,
              },
              answer,
            )
      if (reports === undefined && costs === undefined) return result
      const extensions = {
        ...result.extensions,
        ...(reports === undefined ? {} : { sources: reports.reports() }),
        ...(costs === undefined ? {} : { cost: costs }),
      }
      return { ...result, extensions }
    } finally {
      leave()
      generations.giveBack(taken)
    }
  }
}
