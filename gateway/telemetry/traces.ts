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
  type Context,
  type Span,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
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
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    // A client may say which trace it is part of; how much is recorded is not for it to say.
    sampler: new TraceIdRatioBasedSampler(sampleRatio),
    spanProcessors: [new BatchSpanProcessor({ exporter, exportTimeoutMillis: exportMs })],
  })
  const tracer = provider.getTracer('isthmus')
  return {
    begin: ({ requestId, traceparent }) => {
      const span = tracer.startSpan('question', { kind: SpanKind.SERVER }, contextOf(traceparent))
      if (!span.isRecording()) return new Unrecorded(span)
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

/** Most questions: their requests are told which trace they are part of, and that it is not recorded. */
class Unrecorded implements Watch, Observer {
  readonly #traceparent: string

  constructor(span: Span) {
    this.#traceparent = traceparentOf(span)
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
      const traceparent = traceparentOf(fetch)
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

function contextOf(traceparent: string | undefined): Context {
  const [, traceId = '', spanId = '', flags = ''] = form.exec(traceparent ?? '') ?? []
  const parent = { traceId, spanId, traceFlags: parseInt(flags, 16) & 1, isRemote: true }
  return isSpanContextValid(parent) ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT
}

function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext()
  return `00-${traceId}-${spanId}-0${traceFlags & 1}`
}

/** What the library has to say, such as a collector that is away, goes to our log. */
function diagnostics(log: Log) {
  const warn = (message: string) => log.warn({ message }, 'tracing')
  const nothing = () => undefined
  return { error: warn, warn, info: nothing, debug: nothing, verbose: nothing }
}
