/** The page of tokens in a real browser: an administrator issues, rotates and revokes; others see their own. */
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { chromium, type Browser, type Page } from 'playwright-core'
import { createApp, type App } from '../../gateway/app.ts'
import { readConfig } from '../../gateway/config.ts'
import { noLog } from '../../gateway/log.ts'
import { ensureBundle } from '../../gateway/pages/bundled.ts'
import { pagesOf } from '../../gateway/serve.ts'
import { startGraph, type Graph } from '../support/graph.ts'

const shots = process.env['ISTHMUS_TEST_SCREENSHOTS']

describe('the page of tokens', () => {
  let graph: Graph
  let app: App
  let close: () => Promise<void>
  let url = ''
  let browser: Browser
  before(async () => {
    graph = await startGraph()
    const config = readConfig({ ISTHMUS_DATA: graph.data, PORT: '0' })
    app = await createApp(config, { log: noLog })
    const listening = await app.listen(pagesOf(config, ensureBundle(noLog)))
    url = listening.url
    close = () => listening.close(1_000)
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    })
    for (let tries = 0; (await fetch(`${url}/tokens`)).status !== 200; tries += 1) {
      assert.ok(tries < 60, 'the page is built within a minute')
      await wait(1_000)
    }
  })
  after(async () => {
    await browser.close()
    await close()
    await app[Symbol.asyncDispose]()
    await graph[Symbol.asyncDispose]()
  })

  it('issues, shows once, rotates and revokes; a partner sees its own and changes nothing', async () => {
    const page = await browser.newPage({ viewport: { width: 1300, height: 800 } })
    page.setDefaultTimeout(10_000)
    const complaints: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('dialog', (dialog) => void dialog.accept())
    await page.goto(`${url}/tokens`)

    await page
      .getByLabel('Partner', { exact: true })
      .selectOption({ label: 'harbour-distribution' })
    await page.getByLabel('Name', { exact: true }).fill('ERP <b>sync</b>')
    await page.getByRole('button', { name: 'Issue', exact: true }).click()
    const secret = await secretOf(page)
    assert.equal((await viewerBy(secret)).status, 200)
    await shot(page, 'issued')
    assert.equal(await page.locator('td', { hasText: 'ERP <b>sync</b>' }).count(), 1)

    await page.getByRole('button', { name: 'Rotate' }).click()
    await page.waitForSelector('.status.ROTATED')
    assert.notEqual(await secretOf(page), secret)
    await page.getByRole('button', { name: 'Done' }).click()
    const old = page.locator('tr', { has: page.locator('.status.ROTATED') })
    await old.getByRole('button', { name: 'Revoke' }).click()
    await page.waitForSelector('.status.REVOKED')
    assert.equal((await viewerBy(secret)).status, 401)

    await page.getByLabel('Name', { exact: true }).fill('x')
    await page.getByLabel('From', { exact: true }).fill('nonsense')
    await page.getByRole('button', { name: 'Issue', exact: true }).click()
    await page.locator('[role=alert]', { hasText: 'BAD_USER_INPUT' }).waitFor()
    await shot(page, 'administrator')

    await page.getByLabel('Ask as', { exact: true }).selectOption('partner')
    await page.getByRole('heading', { name: 'Your tokens' }).waitFor()
    assert.match((await page.locator('dl').textContent()) ?? '', /100,000 points a question/)
    assert.equal(await page.locator('tr[data-token]').count(), 2)
    assert.equal(await page.getByRole('button').count(), 0)
    // It sees what it may still spend, and what it asked before with this page and its token.
    assert.match((await page.locator('dl').textContent()) ?? '', /of 1,000,000 a minute/)
    const log = page.getByRole('table', { name: 'Your log' })
    await log.getByRole('cell', { name: 'answered' }).first().waitFor()
    assert.doesNotMatch((await log.textContent()) ?? '', /createToken|harbour-distribution/)
    await shot(page, 'partner')
    await page.getByLabel('Ask as', { exact: true }).selectOption('agency')
    await page.getByText('No tokens were issued.').waitFor()
    const kept = await page.evaluate(
      () => JSON.stringify([localStorage, sessionStorage]) + document.cookie,
    )
    assert.doesNotMatch(kept, /isthmus_|eyJ/)
    assert.deepEqual(complaints, [])
  })

  const viewerBy = (token: string) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: '{"query":"{ viewer { subject } }"}',
    })
})

async function secretOf(page: Page): Promise<string> {
  const text = await page.locator('.secret code').textContent()
  assert.match(text ?? '', /^isthmus_demo_[0-9A-Za-z]{36}$/)
  return text ?? ''
}

async function shot(page: Page, name: string): Promise<void> {
  if (shots === undefined) return
  mkdirSync(shots, { recursive: true })
  await page.screenshot({ path: join(shots, `tokens-${name}.png`) })
}
