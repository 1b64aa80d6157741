/**
 * The composition root: the only file that knows every part. A question goes through them in this order:
 *
 * 1. `transport/http.ts`: the address, and the credentials that came with it
 * 2. `tokens/identities.ts`, then `policy/principals.ts`: who asks, and what the policy grants
 * 3. `transport/graphql.ts`: the body, as questions
 * 4. `request/run.ts`: counted for its caller, in the generation of now, and kept in the audit
 * 5. `request/execute.ts`: received, authorised, planned, fetched from the systems, shaped
 * 6. `transport/answer.ts`: written; where it is for the caller's key alone, by `tokens/seal.ts`
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GraphQLSchema } from 'graphql'
import { AppError } from '#shared/errors.ts'
import type { Listening } from '#shared/http-server.ts'
import type { Principal } from '#shared/principal.ts'
import { auditLog } from './audit/log.ts'
import { openAudit } from './audit/audit.ts'
import type { Config } from './config.ts'
import { openGenerations } from './generations.ts'
import { lazyDecisions } from './identity/lazy.ts'
import { createAdmission } from './limits/admission.ts'
import { countInMemory, countInRedis } from './limits/counting.ts'
import type { Limits } from './limits/limits.ts'
import type { Log } from './log.ts'
import { platformSource } from './platform/platform.ts'
import { readWithPlatform } from './platform/schema.ts'
import { askFacts } from './policy/facts.ts'
import type { Policy } from './policy/policy.ts'
import { createPrincipals, type Claims } from './policy/principals.ts'
import type { Observer } from './request/observer.ts'
import { createRun, type Run } from './request/run.ts'
import { printedSchema } from './supergraph/contracts.ts'
import type { Generation } from './supergraph/generation.ts'
import type { SupergraphText } from './supergraph/read.ts'
import type { Telemetry } from './telemetry/telemetry.ts'
import { configuredAnswerKeys, issuerOf } from './tokens/answer-keys.ts'
import { demoSecret } from './tokens/demo.ts'
import { createEncryptionKeys } from './tokens/encryption-keys.ts'
import { openIdentities } from './tokens/identities.ts'
import { createSealFor } from './tokens/seal.ts'
import type { Caller, Credentials } from './tokens/verified.ts'
import { createGraphqlEndpoint } from './transport/graphql.ts'
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

export interface App extends AsyncDisposable {
  /** The supergraph that new requests get. */
  generation(): Generation
  readonly execute: Run
  /** The principal of claims that somebody has verified. */
  principalFor(claims: Claims): Promise<Principal>
  limitsOf(principal: Principal): Limits
  /** The principal of a run without a token, by what its subject's last token granted. */
  principalWithoutToken(subject: string): Promise<Principal>
  /** Composes again and swaps; a bad supergraph changes nothing and throws. */
  reload(): Promise<void>
  listen(pages: Pages | null): Promise<Listening>
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
  // Ended in the reverse order, also where a later one cannot begin.
  await using begun = new AsyncDisposableStack()
  const policy = (): Policy => generations.current().policy ?? noPolicy()
  const limitsOf = ({ audience, subject }: Principal): Limits =>
    audience === 'EMPLOYEE'
      ? config.limits.employee
      : (generations.current().policy?.partner(subject)?.limits ?? config.limits.partner)

  // Who may come in, what is kept of it, and how much each may ask.
  const usesDemoTokens = config.mode === 'demo' && !config.noAuth
  const secret = usesDemoTokens ? demoSecret(config.data) : undefined
  const answerKeys = await configuredAnswerKeys(config, usesDemoTokens)
  const identities = config.noAuth
    ? null
    : begun.use(await openIdentities({ config, log, demoSecret: secret, policy }))
  const { data, store } = config
  const audit =
    config.audit && begun.use(openAudit({ data, store, config: config.audit, log, now: Date.now }))
  const now = () => performance.now()
  const { store: countedIn } = config.limits
  const admission = begun.use(
    createAdmission(
      countedIn === undefined ? countInMemory(now) : await countInRedis(countedIn, { log, now }),
    ),
  )

  // The graph, the gateway's own subgraph in it.
  const decisions = begun.use(lazyDecisions(config))
  const platform = begun.use(
    platformSource({
      tokens: identities && {
        administration: identities.administration,
        plans: () => policy().partners,
      },
      rateLimit: (principal) =>
        config.noAuth ? null : admission.look(principal.subject, limitsOf(principal)),
      limitsOf: (principal) => (config.noAuth ? null : limitsOf(principal)),
      audit: audit && identities && auditLog(identities.store, config),
      identity: decisions,
    }),
  )
  const generations = begun.use(
    await openGenerations({ config, log, supergraph, demoSecret: secret, platform }),
  )

  // The way of a question.
  const run = createRun({ config, log, observer, generations, admission, limitsOf, audit })
  const principals = createPrincipals({ policy, ask: askFacts(run, log), now })
  const callers = identities?.callers(principals)
  const authenticate = (credentials: Credentials): Promise<Caller> =>
    callers === undefined
      ? Promise.resolve({ principal: generations.current().everybody, token: null })
      : callers.authenticate(credentials)
  const sealFor = createSealFor({
    keys: answerKeys,
    policy,
    encryptionKey: createEncryptionKeys({
      onProblem: (error) => log.error({ err: error }, 'the keys of a partner could not be had'),
      now: Date.now,
    }),
    issuer: issuerOf(config),
  })

  const running = begun.move()
  return {
    generation: () => generations.current().generation,
    execute: run,
    principalFor: async (claims) => await principals(claims),
    limitsOf,
    principalWithoutToken: async (subject) =>
      callers === undefined ? noPolicy() : await callers.withoutToken(subject),
    reload: () => generations.reload(),
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
        generations.current().views.of(principal).questions.schemaFor(principal)
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
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

function noPolicy(): never {
  throw new AppError('FORBIDDEN', 'This gateway knows no callers.')
}
