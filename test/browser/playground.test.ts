/** The Playground in a real browser: no outside request, questions, systems, identities. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { chromium, type Browser, type Page } from 'playwright-core'
import { createApp, type App } from '../../gateway/app.ts'
import { readConfig } from '../../gateway/config.ts'
import { noLog } from '../../gateway/log.ts'
import { pagesOf } from '../../gateway/serve.ts'
import { startGraph, type Graph } from '../support/graph.ts'

const executablePath = '/usr/bin/chromium'
const shots = process.env['ISTHMUS_TEST_SCREENSHOTS']

describe('the Playground', () => {
  let graph: Graph
  let app: App
  let close: () => Promise<void>
  let url = ''
  let browser: Browser

  before(async () => {
    assert.ok(
      existsSync(executablePath),
      'the browser tests need chromium: apt-get install chromium',
    )
    graph = await startGraph()
    const config = readConfig({ ISTHMUS_DATA: graph.data, PORT: '0' })
    app = await createApp(config, { log: noLog })
    const listening = await app.listen(pagesOf(config, noLog))
    url = listening.url
    close = () => listening.close(1_000)
    browser = await chromium.launch({
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    })
  })
  after(async () => {
    await browser.close()
    await close()
    await app[Symbol.asyncDispose]()
    await graph[Symbol.asyncDispose]()
  })

  const shot = async (page: Page, name: string) => {
    if (shots === undefined) return
    mkdirSync(shots, { recursive: true })
    await page.screenshot({ path: join(shots, `${name}.png`) })
  }

  async function open(): Promise<{ page: Page; outside: string[]; complaints: string[] }> {
    const page = await browser.newPage({ viewport: { width: 1500, height: 900 } })
    const outside: string[] = []
    const complaints: string[] = []
    page.on('request', (request) => {
      const address = request.url()
      if (!address.startsWith(url) && !address.startsWith('data:') && !address.startsWith('blob:'))
        outside.push(address)
    })
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    // The page says that it is being built until it is, and reloads by itself.
    await page.goto(`${url}/playground`)
    await page.waitForSelector('[data-question="customer-360"]', { timeout: 60_000 })
    return { page, outside, complaints }
  }

  const textOf = async (page: Page, selector: string) =>
    (await page.locator(selector).first().textContent()) ?? ''

  /** Waits for a text; the page's policy forbids what playwright's own waiting for a function does. */
  async function until(page: Page, selector: string, holds: (text: string) => boolean) {
    for (const giveUpAt = Date.now() + 30_000; Date.now() < giveUpAt;) {
      if (holds(await textOf(page, selector))) return
      await page.waitForTimeout(50)
    }
    assert.fail(`${selector} never said it, but: ${(await textOf(page, selector)).slice(0, 300)}`)
  }
  const query = '.graphiql-query-editor'
  const result = '.result-window'

  it('runs a saved question and shows which systems answered, without asking anybody else', async () => {
    const { page, outside, complaints } = await open()
    await page.click('[data-question="customer-360"]')
    await until(page, query, (text) => text.includes('Customer360'))
    await shot(page, 'question')
    await page.click('button.graphiql-execute-button')
    await until(page, result, (text) => text.includes('Harbour'))
    await page.click('button[aria-label="Show Systems"]')
    await page.waitForSelector('[data-system="finance"]')
    const systems = await page.$$eval('[data-system]', (bars) =>
      bars.map((bar) => bar.getAttribute('data-system')),
    )
    assert.deepEqual(systems.toSorted(), ['crm', 'erp', 'finance', 'hr'])
    await shot(page, 'systems')
    assert.deepEqual(outside, [])
    assert.deepEqual(complaints, [])
    await page.close()
  })

  it('another identity sees other things, and no token is stored or shown', async () => {
    const { page, complaints } = await open()
    await page.click('[data-question="bom-cost"]')
    await until(page, query, (text) => text.includes('BomCost'))
    await page.click('button.graphiql-execute-button')
    await until(page, result, (text) => text.includes('UNAUTHORIZED_FIELD_OR_TYPE'))
    await shot(page, 'denied')
    await page.selectOption('select[aria-label="Ask as"]', 'reports')
    await page.waitForResponse((response) => response.url().endsWith('/graphql'))
    await page.click('button.graphiql-execute-button')
    await until(
      page,
      result,
      (text) => text.includes('standardCost') && !text.includes('UNAUTHORIZED_FIELD_OR_TYPE'),
    )
    const stored = await page.evaluate(
      () =>
        JSON.stringify({ ...localStorage, ...sessionStorage }) + document.documentElement.outerHTML,
    )
    assert.doesNotMatch(stored, /eyJ[\w-]+\.[\w-]+\.[\w-]+/)
    assert.doesNotMatch(await textOf(page, result), /eyJ[\w-]+\./)
    assert.deepEqual(complaints, [])
    await page.close()
  })
})
