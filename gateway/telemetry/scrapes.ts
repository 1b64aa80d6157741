/** Where Prometheus reads the metrics: an address of its own, which partners and browsers do not reach. */
import { AppError } from '#shared/errors.ts'
import { listen, sendError, type Listening, type ListenOptions } from '#shared/http-server.ts'

/** `text` is in Prometheus's text format 0.0.4. */
export const listenForScrapes = (
  options: ListenOptions,
  text: () => Promise<string>,
): Promise<Listening> =>
  listen(
    async (request, response) => {
      if (request.method !== 'GET' || request.url?.split('?', 1)[0] !== '/metrics') {
        sendError(response, notFound())
        return
      }
      const body = await text()
      response
        .writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
        .end(body)
    },
    { ...options, portSetting: 'telemetry.metrics.port' },
  )

const notFound = () => new AppError('NOT_FOUND', 'There is only GET /metrics here.')
