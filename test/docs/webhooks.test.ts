/** The example of docs/webhooks.md, as it stands there: a secret, a receiver, a ping and a delivery. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { it } from 'node:test'
import { promisify } from 'node:util'
import { freshSecret } from '../../gateway/webhooks/secrets.ts'
import { blockOf } from '../support/fenced.ts'
import { freePort } from '../support/free-port.ts'
import { startGraph } from '../support/graph.ts'
import { root } from './documents.ts'

const run = promisify(execFile)
// The blocks of a list are indented.
const page = readFileSync(join(root, 'docs/webhooks.md'), 'utf8').replaceAll(/^ {3}/gm, '')

const block = (opening: string, holding?: string) => blockOf(page, opening, holding)

it('the example of webhooks does what it says', async (t) => {
  await using graph = await startGraph()
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-webhooks-'))
  t.after(() => rmSync(folder, { recursive: true }))
  cpSync(join(root, 'gateway/policy'), join(folder, 'policy'), { recursive: true })
  writeFileSync(join(folder, 'config.yaml'), '')
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'receive.mjs'), block('js receive.mjs'))
  const command = async (line: string, more: Readonly<Record<string, string>> = {}) => {
    const isthmus = `node ${join(root, 'gateway/cli/isthmus.ts')}`
    const env = {
      ...process.env,
      ISTHMUS_DATA: graph.data,
      ISTHMUS_CONFIG: join(folder, 'config.yaml'),
      ...more,
    }
    const typed = line.trim().replace('npm run --silent isthmus --', isthmus)
    return (await run('bash', ['-c', typed], { cwd: folder, env, maxBuffer: 2 ** 24 })).stdout
  }

  const secret = (await command(block('sh', 'webhook secret'))).trim()
  const port = await freePort()
  const webhook = block('yaml', 'secrets').replace(/https:\S+/, `http://127.0.0.1:${port}/isthmus`)
  appendFileSync(join(folder, 'policy/partners/harbour-distribution.yaml'), webhook)

  const receiver = spawn('node', ['receive.mjs', String(port)], {
    cwd: folder,
    env: { ...process.env, WEBHOOK_SECRET: secret },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => receiver.kill())
  const printed = buffer(receiver.stdout) // `text` would swallow the byte-order mark
  await once(receiver.stderr, 'data')

  const given = { HARBOUR_WEBHOOK_SECRET: secret }
  const ping = block('sh', 'webhook ping')
  assert.match(await command(ping, given), /^partner:harbour-distribution: status 204 in \d+ ms/)
  await assert.rejects(
    command(ping, { HARBOUR_WEBHOOK_SECRET: freshSecret() }),
    /WEBHOOK_FAILED: .*: status 401\./,
  )
  await assert.rejects(command(ping), /HARBOUR_WEBHOOK_SECRET is not set in the environment/)
  const deliver = block('sh', '--deliver-to')
  assert.match(await command(deliver, given), /^order-to-cash is delivered to .*: status 204 in/)
  receiver.kill()
  const plain = deliver.replace(/ --deliver-to.*/, ' --as partner')
  assert.equal((await printed).toString(), await command(plain))
})
