/**
 * The composition root: the only file that knows every part. It loads the supergraph, connects the
 * systems, and hands out the one way to run a question.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { ExecutionResult, GraphQLSchema } from 'graphql'
import { dateIn } from '#shared/calendar.ts'
import { AppError } from '#shared/errors.ts'
import type { Listening } from '#shared/http-server.ts'
import type { MappableOptions } from '#shared/open.ts'
import { onServers } from '#shared/own/address.ts'
import type { Principal } from '#shared/principal.ts'
import { auditLog } from './audit/log.ts'
import { openAudit } from './audit/audit.ts'
import type { Config } from './config.ts'
import { createAdmission, type Quota } from './limits/admission.ts'
import { countInMemory, countInRedis } from './limits/counting.ts'
import { answeredCost, type AnsweredCost } from './limits/answered-cost.ts'
import { meterSystems } from './limits/system-costs.ts'
import { openLimits, type Limits } from './limits/limits.ts'
import { lazyDecisions } from './identity/lazy.ts'
import type { Log } from './log.ts'
import { questionCost, type QuestionCost } from './platform/rate-limit.ts'
import { platformSource } from './platform/platform.ts'
import { platformName, readWithPlatform } from './platform/schema.ts'
import { createPrincipals, type Claims } from './policy/principals.ts'
import { readPolicy, type Policy } from './policy/policy.ts'
import { execute, type Follower } from './request/execute.ts'
import { explain } from './request/explain.ts'
import { observers, sourceReports, type Observer } from './request/observer.ts'
import { InvalidDocument } from './request/receive.ts'
import { neverAborted } from './request/stages.ts'
import { createViews, type Views } from './request/views.ts'
import { connect } from './sources/connect.ts'
import type { Source } from './sources/source.ts'
import { printedSchema, scopesFor } from './supergraph/contracts.ts'
import type { Generation } from './supergraph/generation.ts'
import { loadSdl, type Loaded } from './supergraph/load.ts'
import { isBare, type SupergraphText } from './supergraph/read.ts'
import type { Telemetry } from './telemetry/telemetry.ts'
import { configuredAnswerKeys, issuerOf, type AnswerKeys } from './tokens/answer-keys.ts'
import { demoSecret } from './tokens/demo.ts'
import { createEncryptionKeys } from './tokens/encryption-keys.ts'
import { openIdentities } from './tokens/identities.ts'
import { createSealFor } from './tokens/seal.ts'
import type { Caller, Credentials } from './tokens/verified.ts'
import { createGraphqlEndpoint, type Question } from './transport/graphql.ts'
import { listenHttp } from './transport/http.ts'

/**
 * Answers the addresses of the pages; false when it is none of them. `schemaSeen` is the schema as who
 * asks sees it, and throws UNAUTHENTICATED.
 */
export type Pages = (
  request: IncomingMessage,
  response: ServerResponse,
  schemaSeen: () => Promise<GraphQLSchema>,
) => Promise<boolean>

export interface AppOptions {
  readonly log: Log
  /** Told of everything that happens, beside what a request brings. */
  readonly observer?: Observer
  /** Watches the questions that come by HTTP; null where nobody does. */
  readonly telemetry?: Telemetry | null
  /** Reads the supergraph, at the start and on a reload; by default from the configured file. */
  readonly supergraph?: () => SupergraphText
}

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

export interface App extends AsyncDisposable {
  /** The supergraph that new requests get. */
  generation(): Generation
  /** The one way to run a question. Throws what is wrong with the question itself. */
  execute(
    question: Partial<Question> & { readonly document: string },
    principal: Principal,
    options?: RunOptions,
  ): Promise<ExecutionResult>
  /** The principal of claims that somebody has verified. */
  principalFor(claims: Claims): Promise<Principal>
  limitsOf(principal: Principal): Limits
  /** The principal of a run without a token, by what its subject's last token granted. */
  principalWithoutToken(subject: string): Promise<Principal>
  /** Composes again and swaps; a bad supergraph changes nothing and throws. */
  reload(): Promise<void>
  listen(pages: Pages | null): Promise<Listening>
}

interface Current extends Loaded {
  readonly views: Views
  readonly sources: ReadonlyMap<string, Source>
  /** Who asks where nobody needs to say who it is: the same object, so that its rights are found once. */
  readonly everybody: Principal
  /** Requests that are under way in this generation. */
  running: number
  /** Whether another one has taken its place: it stops with its last request. */
  isRetired: boolean
}

export async function createApp(
  config: Config,
  {
    log,
    observer,
    telemetry = null,
    supergraph = () => readWithPlatform(config.supergraph),
  }: AppOptions,
): Promise<App> {
  const isSdl = isBare(config.supergraph)
  const usesDemoTokens = config.mode === 'demo' && !config.noAuth
  const secret = usesDemoTokens ? demoSecret(config.data) : undefined
  const connected = new Map<string, Source>()
  const connections = {
    config,
    // A bare supergraph's systems are not ours: they are told nothing unless a secret is agreed.
    secret: config.internalSecret ?? (isSdl ? undefined : secret),
    subgraphOptions: subgraphOptions(config, log),
  }

  async function load(): Promise<Current> {
    const { sdl, places } = supergraph()
    const loaded = loadSdl(sdl, { places, plansFile: join(config.data, 'plans.json') })
    try {
      for (const place of loaded.places) {
        const key = JSON.stringify(place)
        if (!connected.has(key)) connected.set(key, await connect(place, connections))
      }
      const sources = new Map<string, Source>(isSdl ? [] : [[platformName, platform]])
      for (const place of loaded.places) {
        const source = connected.get(JSON.stringify(place))
        if (source !== undefined) sources.set(place.name, source)
      }
      await loaded.ready
      const views = createViews(
        loaded.generation,
        { withKeys: config.audit !== null, introspection: config.introspection },
        (subject) => policy?.partner(subject)?.excludedTags ?? [],
      )
      const { scopes } = loaded.generation.policies
      const everybody = { ...gatewayItself, subject: 'anybody', scopes: [...scopes] }
      return { ...loaded, views, sources, everybody, running: 0, isRetired: false }
    } catch (error) {
      await loaded[Symbol.asyncDispose]()
      throw error
    }
  }

  const identities = config.noAuth
    ? null
    : await openIdentities({ config, log, demoSecret: secret, policy: () => policy ?? noPolicy() })
  const now = () => performance.now()
  const { store } = config.limits
  const admission = createAdmission(
    store === undefined ? countInMemory(now) : await countInRedis(store, { log, now }),
  )
  const audit =
    config.audit === null
      ? null
      : openAudit({
          data: config.data,
          store: config.store,
          config: config.audit,
          log,
          now: Date.now,
        })
  const decisions = lazyDecisions(config)
  const platform = platformSource({
    tokens: identities && {
      administration: identities.administration,
      plans: () => policy?.partners ?? [],
    },
    rateLimit: (principal) =>
      config.noAuth ? null : admission.look(principal.subject, limitsOf(principal)),
    limitsOf: (principal) => (config.noAuth ? null : limitsOf(principal)),
    audit: audit && identities && auditLog(identities.store, config),
    identity: decisions,
  })
  let policy: Policy | null = null
  let current: Current
  let answerKeys: AnswerKeys | null
  const policyOf = ({ generation }: Current) =>
    readPolicy(config.policy, generation.policies.scopes, {
      isForeign: isSdl,
      partnerLimits: config.limits.partner,
      scopesFor: (...contract) => scopesFor(generation, ...contract),
      tags: new Set([...generation.tags.values()].flat()),
    })
  try {
    answerKeys = await configuredAnswerKeys(config, usesDemoTokens)
    current = await load()
    policy = config.noAuth ? null : policyOf(current)
  } catch (error) {
    await identities?.[Symbol.asyncDispose]()
    admission[Symbol.dispose]()
    await audit?.[Symbol.asyncDispose]()
    throw error
  }

  const limitsOf = ({ audience, subject }: Principal): Limits =>
    audience === 'EMPLOYEE'
      ? config.limits.employee
      : (policy?.partner(subject)?.limits ?? config.limits.partner)

  const systemLimits = { timeoutOf: (system: string) => config.system(system).timeoutMs }

  const run: App['execute'] = async (question, principal, options = {}) => {
    const { subject } = principal
    const limits = options.limits ?? limitsOf(principal)
    const { onQuotas } = options
    const isCounted = onQuotas !== undefined && !config.noAuth
    const entered = isCounted ? admission.enter(subject, limits) : () => undefined
    // Where this process counts alone nobody waits.
    const leave = typeof entered === 'function' ? entered : await entered
    // One generation from the beginning to the end, whatever is swapped meanwhile.
    const taken = current
    taken.running += 1
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
      taken.running -= 1
      stopRetired(taken)
    }
  }

  const stopRetired = (generation: Current): void => {
    if (generation.isRetired && generation.running === 0) void generation[Symbol.asyncDispose]()
  }

  const principals = createPrincipals({
    policy: () => policy ?? noPolicy(),
    ask: async (document, variables) => {
      try {
        const signal = AbortSignal.timeout(factsTimeoutMs)
        return await run({ document, variables }, gatewayItself, {
          signal,
          requestId: 'facts',
          limits: openLimits,
        })
      } catch (error) {
        // Another company's graph need not have our employees and customers: nobody is asked then.
        if (error instanceof InvalidDocument) return null
        // The fact is missing, which grants nothing.
        log.warn({ err: error }, 'facts of a caller could not be read')
        return {}
      }
    },
    now: () => performance.now(),
  })
  const callers = identities?.callers(principals)

  const sealFor = createSealFor({
    keys: answerKeys,
    policy: () => policy ?? noPolicy(),
    encryptionKey: createEncryptionKeys({
      onProblem: (error) => log.error({ err: error }, 'the keys of a partner could not be had'),
      now: Date.now,
    }),
    issuer: issuerOf(config),
  })

  const authenticate = async (credentials: Credentials): Promise<Caller> =>
    callers === undefined
      ? { principal: current.everybody, token: null }
      : await callers.authenticate(credentials)

  return {
    generation: () => current.generation,
    execute: run,
    principalFor: principals,
    limitsOf,
    principalWithoutToken: async (subject) =>
      callers === undefined ? noPolicy() : await callers.withoutToken(subject),
    reload: async () => {
      const next = await load()
      try {
        const nextPolicy = policy === null ? null : policyOf(next)
        await next.views.warm(current.views)
        const before = current
        current = next
        policy = nextPolicy
        before.isRetired = true
        stopRetired(before)
      } catch (error) {
        await next[Symbol.asyncDispose]()
        throw error
      }
    },
    listen: (pages) => {
      const graphql = createGraphqlEndpoint({
        sealFor,
        execute: (question, asking) =>
          telemetry === null
            ? run(question, asking.principal, asking)
            : telemetry.watch(asking, (told) =>
                run(question, asking.principal, { ...asking, observer: told }),
              ),
        onError: (error) => log.error({ err: error }, 'internal'),
      })
      const schemaFor = (principal: Principal) =>
        current.views.of(principal).questions.schemaFor(principal)
      return listenHttp({
        host: config.host,
        port: config.port,
        log,
        graphql,
        authenticate,
        onRefused: audit && audit.refused,
        limitsOf,
        corsOrigins: config.corsOrigins,
        trustedProxies: config.trustedProxies,
        // Said over plain http it would mean nothing, and a gateway on loopback has no certificate.
        hstsSeconds: config.publicUrl?.startsWith('https:') === true ? config.hstsSeconds : 0,
        oauth: (url) => identities?.oauth(url) ?? null,
        isReady: () => true, // it listens only once a generation is loaded
        schema: (principal) => printedSchema(schemaFor(principal)),
        jwks: answerKeys?.jwks ?? null,
        pages:
          pages &&
          ((request, response, principalOf) =>
            pages(request, response, async () => schemaFor(await principalOf()))),
      })
    },
    [Symbol.asyncDispose]: async () => {
      await current[Symbol.asyncDispose]()
      for (const source of [platform, ...connected.values()]) await source[Symbol.asyncDispose]()
      admission[Symbol.dispose]()
      await decisions[Symbol.asyncDispose]()
      await audit?.[Symbol.asyncDispose]()
      await identities?.[Symbol.asyncDispose]()
    },
  }
}

/** A slow system must not hold up everybody who signs in: its facts are missing instead. */
const factsTimeoutMs = 2_000

/** The gateway asking for facts: reads what being authenticated allows, nothing more. */
const gatewayItself: Principal = {
  subject: 'isthmus-gateway',
  audience: 'EMPLOYEE',
  scopes: [],
  facts: {},
  rows: null,
}

function noPolicy(): never {
  throw new AppError('FORBIDDEN', 'This gateway knows no callers.')
}

const subgraphOptions = (config: Config, log: Log): MappableOptions => ({
  data: config.data,
  timeZone: config.timeZone,
  fiscalYearStartMonth: config.fiscalYearStartMonth,
  own: onServers({ crosswalk: config.crosswalk }),
  onError: (error) => log.error({ err: error }, 'subgraph'),
  ...(config.mode === 'production' ? { today: () => dateIn(config.timeZone, new Date()) } : {}),
})
