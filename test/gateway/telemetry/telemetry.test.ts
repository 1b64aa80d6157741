/** Metrics and traces of real questions over HTTP, as Prometheus and a collector get them. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { json } from 'node:stream/consumers'
import { readConfig } from '../../../gateway/config.ts'
import { noLog } from '../../../gateway/log.ts'
import { noTelemetry, type TelemetryConfig } from '../../../gateway/telemetry/config.ts'
import { listenForScrapes } from '../../../gateway/telemetry/scrapes.ts'
import { openTelemetry, type Telemetry } from '../../../gateway/telemetry/telemetry.ts'
import { startHttp, type HttpGateway } from '../../support/http.ts'
import { folder, start } from '../../support/program.ts'

/** A gateway that is watched; what it has to tell is told when the test asks for it. */
async function watched(
  t: TestContext,
  config: Partial<TelemetryConfig>,
): Promise<{ readonly gateway: HttpGateway; readonly telemetry: Telemetry }> {
  const telemetry = await openTelemetry({ ...noTelemetry, ...config }, { log: noLog })
  assert.ok(telemetry !== null)
  const gateway = await startHttp(undefined, { telemetry })
  t.after(async () => {
    await gateway[Symbol.asyncDispose]()
    await telemetry[Symbol.asyncDispose]()
  })
  return { gateway, telemetry }
}

const onLoopback = { host: '127.0.0.1', port: 0 }

/** The value of a series, by its name with its labels. */
const valueOf = (text: string, series: string): number =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.slice(series.length),
  )

describe('nothing that is configured', () => {
  it('is nothing that is loaded', async () => {
    assert.equal(await openTelemetry(noTelemetry, { log: noLog }), null)
  })
})

describe('metrics', () => {
  it('count questions by what became of them, and the requests to the systems', async (t) => {
    const { gateway, telemetry } = await watched(t, { metrics: onLoopback })
    const order = '{ salesOrders(first: 1) { nodes { orderNo customer { name } } } }'
    for (const query of [order, order, '{ nothing }', '{ viewer { subject } }'])
      await gateway.post({ query })
    await gateway.post({ query: order }, { token: gateway.token('partner') })
    const answer = await fetch(telemetry.metricsUrl ?? '')
    assert.match(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
    const text = await answer.text()
    const questions = (labels: string) =>
      valueOf(text, `isthmus_question_duration_seconds_count{${labels}}`)
    assert.equal(
      questions('operation="unknown",outcome="GRAPHQL_VALIDATION_FAILED"'),
      1,
      'a question that does not fit the schema',
    )
    assert.equal(questions('operation="query",outcome="ok"'), 4)
    const fetches = (system: string) =>
      valueOf(text, `isthmus_fetch_duration_seconds_count{system="${system}",outcome="ok"}`)
    assert.ok(fetches('erp') >= 3)
    assert.ok(fetches('crm') >= 3)
    assert.ok(valueOf(text, 'isthmus_fetch_entities_total{system="crm"}') >= 3)
    assert.ok(valueOf(text, 'isthmus_stage_duration_seconds_count{stage="plan"}') >= 4)
    assert.equal(valueOf(text, 'isthmus_questions_in_flight'), 0)
    assert.ok(valueOf(text, 'process_resident_memory_bytes') > 1_000_000)
  })

  it('are read by GET /metrics alone, and say nothing of who asked, or of what', async (t) => {
    const { gateway, telemetry } = await watched(t, { metrics: onLoopback })
    const url = telemetry.metricsUrl ?? ''
    assert.equal((await fetch(url, { method: 'POST' })).status, 404)
    assert.equal((await fetch(url.replace('/metrics', '/graphql'))).status, 404)
    assert.equal((await fetch(`${gateway.url}/metrics`)).status, 404)
    await gateway.post({ query: 'query Secretive { viewer { subject } }' })
    assert.doesNotMatch(await (await fetch(url)).text(), /Secretive|viewer|admin|chen/)
  })
})

interface Attribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

interface SpanJson {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly attributes: readonly Attribute[]
  readonly status: { readonly code?: number }
}

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] }
    readonly scopeSpans: readonly { readonly spans: readonly SpanJson[] }[]
  }[]
}

/** A collector: keeps what it is sent. */
async function collector(t: TestContext) {
  const exports: Export[] = []
  const headers: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    headers.push(request.headers)
    void (async () => {
      exports.push((await json(request)) as Export) // the exporter's own format
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  return {
    tracing: {
      endpoint: `http://127.0.0.1:${port}/v1/traces`,
      sampleRatio: 1,
      headers: { authorization: 'Bearer collector' },
      serviceName: 'isthmus-test',
    },
    headers,
    exports,
    spans: () =>
      exports.flatMap(({ resourceSpans }) =>
        resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      ),
  }
}

const attribute = ({ attributes }: Pick<SpanJson, 'attributes'>, name: string): unknown =>
  Object.values(attributes.find(({ key }) => key === name)?.value ?? {})[0]

const traceId = '0af7651916cd43dd8448eb211c80319c'
const parentId = 'b7ad6b7169203331'

describe('traces', () => {
  it('have a span for the question, part of the client’s trace, and one for each request below it', async (t) => {
    const { tracing, spans, exports, headers } = await collector(t)
    const { gateway, telemetry } = await watched(t, { tracing })
    await gateway.post(
      { query: 'query Orders { salesOrders(first: 1) { nodes { orderNo customer { name } } } }' },
      { headers: { traceparent: `00-${traceId}-${parentId}-01` } },
    )
    await telemetry[Symbol.asyncDispose]()
    const [root] = spans().filter(({ name }) => name === 'query Orders')
    assert.ok(root !== undefined)
    assert.deepEqual([root.traceId, root.parentSpanId, root.kind], [traceId, parentId, 2])
    assert.equal(attribute(root, 'isthmus.outcome'), 'ok')
    assert.ok(Number(attribute(root, 'isthmus.fetch_ms')) > 0)
    const fetches = spans().filter(({ parentSpanId }) => parentSpanId === root.spanId)
    assert.deepEqual(new Set(fetches.map(({ name }) => name)), new Set(['fetch erp', 'fetch crm']))
    for (const fetch of fetches) assert.deepEqual([fetch.traceId, fetch.kind], [traceId, 3])
    assert.equal(headers[0]?.authorization, 'Bearer collector')
    const [resource] = exports.flatMap(({ resourceSpans }) => resourceSpans)
    assert.equal(resource && attribute(resource.resource, 'service.name'), 'isthmus-test')
  })

  it('name the code by which a question was refused', async (t) => {
    const { tracing, spans } = await collector(t)
    const { gateway, telemetry } = await watched(t, { tracing })
    await gateway.post({ query: '{ nothing }' })
    await telemetry[Symbol.asyncDispose]()
    const [span] = spans()
    assert.ok(span !== undefined)
    assert.equal(attribute(span, 'error.type'), 'GRAPHQL_VALIDATION_FAILED')
    assert.equal(span.status.code, 2)
  })

  it('carry no value, no document and nobody’s name', async (t) => {
    const { tracing, exports } = await collector(t)
    const { gateway, telemetry } = await watched(t, { tracing })
    await gateway.post({
      query: 'query One($no: ID!) { salesOrder(orderNo: $no) { orderNo } viewer { subject } }',
      variables: { no: 'SO-SECRET' },
    })
    await telemetry[Symbol.asyncDispose]()
    assert.notEqual(exports.length, 0)
    assert.doesNotMatch(JSON.stringify(exports), /SO-SECRET|orderNo|salesOrder|Bearer|admin/)
  })

  it('are not recorded because a client wants it; a malformed header begins a trace of its own', async (t) => {
    const { tracing, spans } = await collector(t)
    const never = await watched(t, { tracing: { ...tracing, sampleRatio: 0 } })
    await never.gateway.post(
      { query: '{ viewer { subject } }' },
      { headers: { traceparent: `00-${traceId}-${parentId}-01` } },
    )
    await never.telemetry[Symbol.asyncDispose]()
    assert.equal(spans().length, 0)
    const always = await watched(t, { tracing })
    for (const traceparent of ['garbage', `00-${'0'.repeat(32)}-${parentId}-01`])
      await always.gateway.post({ query: '{ viewer { subject } }' }, { headers: { traceparent } })
    await always.telemetry[Symbol.asyncDispose]()
    const roots = spans().filter(({ kind }) => kind === 2)
    assert.equal(roots.length, 2)
    for (const root of roots) assert.equal(root.parentSpanId ?? '', '')
  })

  it('of a collector that is away hold up no question', async (t) => {
    const { tracing } = await collector(t)
    const { gateway, telemetry } = await watched(t, {
      tracing: { ...tracing, endpoint: 'http://127.0.0.1:9/v1/traces' },
    })
    const answer = await gateway.post({ query: '{ viewer { subject } }' })
    assert.equal(answer.status, 200)
    await telemetry[Symbol.asyncDispose]() // nor the stop
  })
})

describe('the configuration of telemetry', () => {
  it('says everything that is wrong with it at once', (t) => {
    const file = join(folder(t), 'config.yaml')
    writeFileSync(
      file,
      'telemetry: { metrics: { port: 99999, path: x }, tracing: { sampleRatio: 2 }, logs: {} }',
    )
    assert.throws(
      () => readConfig({ ISTHMUS_CONFIG: file }),
      ({ message }: Error) => {
        for (const part of [
          '"logs"',
          'metrics.port',
          '"path"',
          'sampleRatio',
          'endpoint is missing',
        ])
          assert.ok(message.includes(part), `${part} in ${message}`)
        return true
      },
    )
    writeFileSync(file, 'telemetry: { metrics: {} }')
    assert.deepEqual(readConfig({ ISTHMUS_CONFIG: file }).telemetry, {
      metrics: { host: '127.0.0.1', port: 9464 },
      tracing: null,
    })
  })
})

describe('an address of metrics that is taken', () => {
  it('is told with the setting that names another one', async () => {
    const first = await listenForScrapes({ host: '127.0.0.1', port: 0 }, () => Promise.resolve(''))
    try {
      const port = Number(new URL(first.url).port)
      await assert.rejects(
        listenForScrapes({ host: '127.0.0.1', port }, () => Promise.resolve('')),
        { code: 'ADDRESS_IN_USE', message: /telemetry\.metrics\.port/ },
      )
    } finally {
      await first.close()
    }
  })
})

describe('a program that cannot begin', () => {
  it('ends, and leaves no address of metrics behind', async (t) => {
    const data = folder(t)
    const config = join(data, 'config.yaml')
    writeFileSync(config, 'telemetry: { metrics: { port: 0 } }')
    const sdl = join(data, 'supergraph.graphql')
    writeFileSync(sdl, 'type Query { a: Int }')
    const program = start({ ISTHMUS_CONFIG: config, ISTHMUS_DATA: data, PORT: '0' }, [
      ...['gateway/cli/isthmus.ts', 'serve', '--no-auth', '--supergraph', sdl],
    ])
    t.after(() => program.child.kill('SIGKILL'))
    assert.equal(await program.exit(), 1)
  })
})
