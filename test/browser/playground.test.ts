/**
 * The Playground in a real browser, on a real gateway over the small demo data: no request leaves the
 * origin, the policy stops nothing, saved questions run, identities differ, no token is kept.
 */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { chromium, type Browser, type Page } from 'playwright-core'
import { createApp, type App } from '../../gateway/app.ts'
import { readConfig } from '../../gateway/config.ts'
import { noLog } from '../../gateway/log.ts'
import { ensureBundle } from '../../gateway/pages/bundled.ts'
import { createPages } from '../../gateway/pages/pages.ts'
import { readLibrary } from '../../gateway/reports/library.ts'
import { pagesOf } from '../../gateway/serve.ts'
import { demoSecret, demoToken } from '../../gateway/tokens/demo.ts'
import { startGraph, type Graph } from '../support/graph.ts'

const executablePath = '/usr/bin/chromium'
const shots = process.env['ISTHMUS_TEST_SCREENSHOTS']
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

interface Opened extends AsyncDisposable {
  readonly page: Page
  /** Addresses outside the gateway that were asked for. */
  readonly outside: readonly string[]
  /** What the console and the policy complained about. */
  readonly complaints: readonly string[]
}

describe('the Playground', () => {
  let graph: Graph
  let app: App
  let close: () => Promise<void>
  let url = ''
  let browser: Browser

  before(async () => {
    assert.ok(
      existsSync(executablePath),
      `the browser tests need ${executablePath}: apt-get install chromium`,
    )
    graph = await startGraph()
    const config = readConfig({ ISTHMUS_DATA: graph.data, PORT: '0' })
    app = await createApp(config, { log: noLog })
    const listening = await app.listen(pagesOf(config, ensureBundle(noLog)))
    url = listening.url
    close = () => listening.close(1_000)
    browser = await chromium.launch({ executablePath, args: quiet })
    await bundled(url)
  })
  after(async () => {
    await browser.close()
    await close()
    await app[Symbol.asyncDispose]()
    await graph[Symbol.asyncDispose]()
  })

  async function open(colorScheme: 'light' | 'dark' = 'light', at = url): Promise<Opened> {
    const page = await browser.newPage({ viewport: { width: 1500, height: 900 }, colorScheme })
    const outside: string[] = []
    const complaints: string[] = []
    page.on('request', (request) => {
      const address = request.url()
      if (!/^(data|blob):/.test(address) && new URL(address).origin !== at) outside.push(address)
    })
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(`${at}/playground`)
    // In production there are no questions before there is a token.
    await page.waitForSelector('[data-question="customer-360"], .isthmus-questions .isthmus-hint')
    return { page, outside, complaints, [Symbol.asyncDispose]: () => page.close() }
  }

  it('runs a saved question, and shows its systems and its rows, asking nobody else', async () => {
    await using opened = await open()
    const { page, outside, complaints } = opened
    const body = await ask(page, 'customer-360', 'Customer360')
    assert.deepEqual(errorCodes(body), [])
    await page.waitForSelector('[data-system="finance"]')
    const systems = await page.$$eval('[data-system]', (bars) =>
      bars.map((bar) => bar.getAttribute('data-system')),
    )
    assert.deepEqual(new Set(systems), new Set(['crm', 'erp', 'finance', 'hr']))
    await shot(page, 'systems')

    await page.getByRole('tab', { name: 'Table' }).click()
    await page.waitForSelector('.isthmus-table td')
    await shot(page, 'table')
    await page.getByLabel('Show Documentation Explorer').click()
    await page.waitForSelector('.graphiql-doc-explorer-root-type')
    await shot(page, 'docs')
    await page.getByLabel('Show Query builder').click()
    await page.waitForSelector('.docExplorerWrap, .graphiql-explorer-root')
    await shot(page, 'builder')
    assert.deepEqual(outside, [])
    assert.deepEqual(complaints, [])
  })

  it('opens a second question in a second tab, and an open one where it is', async () => {
    await using opened = await open('dark')
    const { page, complaints } = opened
    await choose(page, 'customer-360', 'Customer360')
    await choose(page, 'bom-cost', 'BomCost')
    await choose(page, 'customer-360', 'Customer360')
    assert.equal(await page.locator('.graphiql-tab').count(), 2)
    await ask(page, 'customer-360', 'Customer360')
    await page.waitForSelector('[data-system="hr"]')
    await shot(page, 'dark')
    assert.deepEqual(complaints, [])
  })

  it('tells a sales rep that costs are withheld, and shows them to a report builder', async () => {
    await using opened = await open()
    const { page, complaints } = opened
    const codes = errorCodes(await ask(page, 'bom-cost', 'BomCost'))
    await page.waitForSelector('[data-withheld]')
    assert.ok(codes.length > 0)
    assert.deepEqual([...new Set(codes)], ['UNAUTHORIZED_FIELD_OR_TYPE'])
    await shot(page, 'withheld')

    const switched = page.waitForResponse((each) => each.url().endsWith('/demo-token'))
    await page.getByLabel('Ask as').selectOption('reports')
    assert.equal((await switched).status(), 200)
    await page.waitForSelector('[data-withheld]', { state: 'detached' })
    assert.deepEqual(errorCodes(await ask(page, 'bom-cost', 'BomCost')), [])
    await page.waitForSelector('[data-system="erp"]')
    assert.deepEqual(complaints, [])
  })

  it('takes a token in production, where there is no demo identity', async () => {
    const pages = createPages({
      mode: 'production',
      bundle: ensureBundle(noLog),
      questions: readLibrary(),
      identities: [],
      demoToken: null,
    })
    const listening = await app.listen(pages)
    try {
      await using opened = await open('light', listening.url)
      const { page } = opened
      assert.equal(await page.getByLabel('Ask as').count(), 0)
      assert.equal(await page.locator('[data-question]').count(), 0)
      await page.getByLabel('Token').fill(demoToken('sales', demoSecret(graph.data)))
      await page.getByRole('button', { name: 'Use' }).click()
      await page.waitForSelector('[data-question="customer-360"]')
      assert.deepEqual(errorCodes(await ask(page, 'customer-360', 'Customer360')), [])
      await shot(page, 'production')
    } finally {
      await listening.close(1_000)
    }
  })

  it('keeps no token in a storage or in the page', async () => {
    await using opened = await open()
    const { page } = opened
    await ask(page, 'customer-360', 'Customer360')
    const kept = await page.evaluate(
      () =>
        JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)]) +
        document.cookie +
        document.documentElement.outerHTML,
    )
    assert.match(kept, /Customer360/) // the tabs are kept, so the storage was looked at
    assert.doesNotMatch(kept, /eyJ[\w-]+\./)
  })
})

/** The page says that it is being built until it is. */
async function bundled(url: string): Promise<void> {
  for (let seconds = 0; seconds < 60; seconds += 1) {
    const { status } = await fetch(`${url}/playground`)
    if (status === 200) return
    await wait(1_000)
  }
  throw new Error('The Playground was not built within a minute')
}

async function choose(page: Page, question: string, operationName: string): Promise<void> {
  await page.click(`[data-question="${question}"]`)
  await page.waitForFunction(
    (name) => document.querySelector('.graphiql-query-editor')?.textContent?.includes(name),
    operationName,
  )
}

type Body = Readonly<Record<string, unknown>>

/** Opens a question and runs it; answers what the gateway sent. */
async function ask(page: Page, question: string, operationName: string): Promise<Body> {
  await choose(page, question, operationName)
  const answered = page.waitForResponse(
    (each) =>
      each.url().endsWith('/graphql') &&
      each.request().postData()?.includes(`query ${operationName}`) === true,
  )
  await page.click('button.graphiql-execute-button')
  const body = (await (await answered).json()) as Body // a GraphQL answer
  await page.waitForFunction(() =>
    /"(data|errors)"/.test(document.querySelector('.result-window')?.textContent ?? ''),
  )
  return body
}

function errorCodes(body: Body): readonly string[] {
  const errors = (body['errors'] ?? []) as readonly { extensions: { code: string } }[] // GraphQL's
  return errors.map(({ extensions }) => extensions.code)
}

async function shot(page: Page, name: string): Promise<void> {
  if (shots === undefined) return
  mkdirSync(shots, { recursive: true })
  await page.screenshot({ path: join(shots, `playground-${name}.png`) })
}
