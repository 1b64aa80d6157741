/** `telemetry` of config.yaml: where metrics are read, and where traces are sent. Both are off by default. */
import { isObject } from '#shared/json.ts'
import { recordOf, type Reader, type Yaml } from '../config/reader.ts'

export interface TelemetryConfig {
  /** Where `/metrics` answers; null where it does not. */
  readonly metrics: { readonly host: string; readonly port: number } | null
  readonly tracing: TracingConfig | null
}

export interface TracingConfig {
  /** OTLP over HTTP with JSON, with its path: `http://127.0.0.1:4318/v1/traces`. */
  readonly endpoint: string
  /** Of all questions, from 0 to 1. */
  readonly sampleRatio: number
  /** Sent with each export, such as a collector's token. */
  readonly headers: Readonly<Record<string, string>>
  readonly serviceName: string
}

export const noTelemetry: TelemetryConfig = { metrics: null, tracing: null }

/** The port that Prometheus has noted for exporters of OpenTelemetry. */
const defaultPort = 9464
const defaultRatio = 0.1

export function readTelemetry(reader: Reader, value: unknown): TelemetryConfig {
  if (value === undefined || value === null) return noTelemetry
  const { metrics, tracing } = read(reader, 'telemetry', value, ['metrics', 'tracing'])
  return {
    metrics: metrics == null ? null : readMetrics(reader, metrics),
    tracing: tracing == null ? null : readTracing(reader, tracing),
  }
}

function readMetrics(reader: Reader, value: unknown): TelemetryConfig['metrics'] {
  const { host, port } = read(reader, 'telemetry.metrics', value, ['host', 'port'])
  return {
    host: reader.text('telemetry.metrics.host', host, '127.0.0.1'),
    port: reader.whole('telemetry.metrics.port', port, defaultPort, 0, 65_535),
  }
}

function readTracing(reader: Reader, value: unknown): TracingConfig {
  const name = 'telemetry.tracing'
  const known = ['endpoint', 'sampleRatio', 'headers', 'serviceName']
  const { endpoint, sampleRatio, headers, serviceName } = read(reader, name, value, known)
  return {
    endpoint: reader.url(`${name}.endpoint`, endpoint),
    sampleRatio: ratio(reader, `${name}.sampleRatio`, sampleRatio ?? defaultRatio),
    headers: Object.fromEntries(
      Object.entries(headers == null ? {} : read(reader, `${name}.headers`, headers, null)).flatMap(
        ([header, text]) =>
          // A secret that is not set in the environment is left out by the reader of ${NAME}.
          text === undefined ? [] : [[header, reader.text(`${name}.headers.${header}`, text)]],
      ),
    ),
    serviceName: reader.text(`${name}.serviceName`, serviceName, 'isthmus'),
  }
}

function ratio(reader: Reader, name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  reader.problems.push(`${name}: ${JSON.stringify(value)} is not a number from 0 to 1`)
  return defaultRatio
}

/** A mapping of these names; of any, where they are null. */
function read(reader: Reader, name: string, value: unknown, known: readonly string[] | null): Yaml {
  if (!isObject(value))
    reader.problems.push(`${name}: expected ${known?.join(', ') ?? 'names with values'}`)
  const yaml = recordOf(value)
  for (const each of Object.keys(yaml))
    if (known?.includes(each) === false) reader.problems.push(`${name}: "${each}" is not known`)
  return yaml
}
