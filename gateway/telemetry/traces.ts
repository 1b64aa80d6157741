/**
 * Traces as OpenTelemetry takes them: a span for each question and one for each request to a system,
 * which carries its `traceparent` (W3C Trace Context), so that the system's own spans hang below it.
 */
import {
  diag,
  DiagLogLevel,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Span,
  type SpanContext,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  RandomIdGenerator,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { Log } from '../log.ts'
import type { Observer } from '../request/observer.ts'
import type { TracingConfig } from './config.ts'
import type { Watch, Watcher } from './telemetry.ts'

/** How long an export may take, in milliseconds: also what a stop may wait. */
const exportMs = 3_000

export function createTraces(config: TracingConfig, log: Log): Watcher {
  const { endpoint: url, sampleRatio, headers, serviceName } = config
  diag.setLogger(diagnostics(log), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true })
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: exportMs })
  // A client may say which trace it is part of; how much is recorded is not for it to say.
  const sampler = new TraceIdRatioBasedSampler(sampleRatio)
  const ids = new RandomIdGenerator()
  /** Of the question that is begun: it is decided by its trace before there is a span. */
  let traceId = ''
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    sampler: new AlwaysOnSampler(),
    idGenerator: { generateTraceId: () => traceId, generateSpanId: () => ids.generateSpanId() },
    spanProcessors: [new BatchSpanProcessor({ exporter, exportTimeoutMillis: exportMs })],
  })
  const tracer = provider.getTracer('isthmus')
  return {
    begin: ({ requestId, traceparent }) => {
      const parent = parentOf(traceparent)
      traceId = parent?.traceId ?? ids.generateTraceId()
      // Most questions: a span that is not recorded costs nearly as much as one that is.
      const { decision } = sampler.shouldSample(ROOT_CONTEXT, traceId)
      if (decision === SamplingDecision.NOT_RECORD)
        return new Unrecorded(
          traceparentOf({ traceId, spanId: ids.generateSpanId(), traceFlags: 0 }),
        )
      const context = parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent)
      const span = tracer.startSpan('question', { kind: SpanKind.SERVER }, context)
      span.setAttribute('isthmus.request_id', requestId)
      const below = trace.setSpan(ROOT_CONTEXT, span)
      return {
        observer: observe(span, (system) =>
          tracer.startSpan(
            `fetch ${system}`,
            { kind: SpanKind.CLIENT, attributes: { 'isthmus.system': system } },
            below,
          ),
        ),
        end: (outcome) => {
          span.setAttribute('isthmus.outcome', outcome)
          if (outcome !== 'ok' && outcome !== 'partial') fail(span, outcome)
          span.end()
        },
      }
    },
    [Symbol.asyncDispose]: async () => {
      try {
        await provider.shutdown()
      } catch (error) {
        log.warn({ err: error }, 'the last traces could not be sent')
      }
    },
  }
}

/** Its requests are told which trace they are part of, and that it is not recorded. */
class Unrecorded implements Watch, Observer {
  readonly #traceparent: string

  constructor(traceparent: string) {
    this.#traceparent = traceparent
  }

  get observer(): Observer {
    return this
  }

  fetching(): string {
    return this.#traceparent
  }

  stage(): void {}
  fetch(): void {}
  statement(): void {}
  end(): void {}
}

function observe(span: Span, begin: (system: string) => Span): Observer {
  const fetches = new Map<string, Span>()
  return {
    operation: ({ type, name }) => {
      span.updateName(name === undefined ? type : `${type} ${name}`)
      span.setAttribute('graphql.operation.type', type)
      if (name !== undefined) span.setAttribute('graphql.operation.name', name)
    },
    stage: ({ stage, milliseconds }) => span.setAttribute(`isthmus.${stage}_ms`, milliseconds),
    fetching: (system) => {
      const fetch = begin(system)
      const traceparent = traceparentOf(fetch.spanContext())
      fetches.set(traceparent, fetch)
      return traceparent
    },
    fetch: ({ traceparent = '', entities, failure }) => {
      const fetch = fetches.get(traceparent)
      if (fetch === undefined) return
      fetches.delete(traceparent)
      fetch.setAttribute('isthmus.entities', entities)
      if (failure !== null) fail(fetch, failure)
      fetch.end()
    },
    statement: () => undefined,
  }
}

function fail(span: Span, code: string): void {
  span.setAttribute('error.type', code)
  span.setStatus({ code: SpanStatusCode.ERROR })
}

/** Section 3.2 of the W3C recommendation, version 00; what is none begins a trace of its own. */
const form = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

function parentOf(traceparent: string | undefined): SpanContext | null {
  if (traceparent === undefined) return null
  const [, traceId = '', spanId = '', flags = ''] = form.exec(traceparent) ?? []
  const parent = { traceId, spanId, traceFlags: parseInt(flags, 16) & 1, isRemote: true }
  return isSpanContextValid(parent) ? parent : null
}

function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-0${traceFlags & 1}`
}

/** What the library has to say, such as a collector that is away, goes to our log. */
function diagnostics(log: Log) {
  const warn = (message: string) => log.warn({ message }, 'tracing')
  const nothing = () => undefined
  return { error: warn, warn, info: nothing, debug: nothing, verbose: nothing }
}
