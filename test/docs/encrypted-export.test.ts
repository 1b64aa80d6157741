/** The example of docs/encrypted-answers.md, as it stands there: a key, an export, and how it is opened. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { promisify } from 'node:util'
import { blockOf } from '../support/fenced.ts'
import { startHttp } from '../support/http.ts'
import { root } from './documents.ts'

const run = promisify(execFile)
const page = readFileSync(join(root, 'docs/encrypted-answers.md'), 'utf8')

const block = (opening: string, holding?: string) => blockOf(page, opening, holding)

it('the example of encrypted exports does what it says', async (t) => {
  await using gateway = await startHttp()
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-export-'))
  t.after(() => rmSync(folder, { recursive: true }))
  cpSync(join(root, 'gateway/policy'), join(folder, 'policy'), { recursive: true })
  writeFileSync(join(folder, 'config.yaml'), '')
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const name of ['make-key.mjs', 'open.mjs'])
    writeFileSync(join(folder, name), block(`js ${name}`))
  const env = {
    ...process.env,
    ISTHMUS_DATA: gateway.graph.data,
    ISTHMUS_CONFIG: join(folder, 'config.yaml'),
  }
  const inFolder = (program: string, ...args: string[]) =>
    run(program, args, { cwd: folder, env, maxBuffer: 16 * 1024 * 1024 })

  const key = (await inFolder('node', 'make-key.mjs')).stdout.trim()
  const plan = block('yaml', 'export-1').replace(/- \{.*\}/, `- ${key}`)
  appendFileSync(join(folder, 'policy/partners/harbour-distribution.yaml'), plan)

  const isthmus = `node ${join(root, 'gateway/cli/isthmus.ts')}`
  const command = block('sh', '--encrypt-for')
    .trim()
    .replace('npm run --silent isthmus --', isthmus)
  await inFolder('bash', '-c', command)
  assert.match(readFileSync(join(folder, 'orders.jwe'), 'utf8'), /^[\w-]+(?:\.[\w-]*){4}\n$/)

  const [, open = ''] = /`(node open\.mjs .*?)`/.exec(page) ?? []
  await inFolder('bash', '-c', open.replace('https://gateway.example.com', gateway.url))
  const csv = readFileSync(join(folder, 'orders.csv'), 'utf8')
  assert.match(csv, /^\uFEFFOrder,Ordered,[^\n]*\nSO-.*Harbour Distribution/)
  const plain = command.replace(/ --encrypt-for.*/, ' --as partner')
  assert.equal(csv, (await inFolder('bash', '-c', plain)).stdout)

  const forAnother = open.replace('https://gateway.example.com', gateway.url)
  await assert.rejects(
    inFolder('bash', '-c', forAnother.replace('partner:harbour', 'partner:other')),
    /this is for partner:harbour-distribution/,
  )
})
