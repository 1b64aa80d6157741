/** The documents are true: links, scripts, error codes, and the README's commands run. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { demoData } from '../support/demo-data.ts'
import { documentProblems, readmeCommands, root } from './documents.ts'

const run = promisify(execFile)

describe('the documents', () => {
  it('link and name only what is there, and list every error code', () => {
    assert.deepEqual(documentProblems(), [])
  })

  it('the README’s commands do what it says', async (t) => {
    const data = mkdtempSync(join(tmpdir(), 'isthmus-readme-'))
    cpSync(demoData(), data, { recursive: true })
    const probe = createServer().listen(0, '127.0.0.1')
    await once(probe, 'listening')
    const port = String((probe.address() as AddressInfo).port)
    probe.close()
    const env = {
      ...process.env,
      ISTHMUS_DATA: data,
      PORT: port,
      PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
    }
    const gateway = spawn('npm', ['start'], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    })
    const ended = once(gateway, 'close')
    t.after(async () => {
      process.kill(-(gateway.pid ?? 0), 'SIGTERM')
      await ended // it writes its plans when it stops
      rmSync(data, { recursive: true, force: true })
    })
    let printed = ''
    for await (const chunk of gateway.stdout) {
      printed += String(chunk)
      if (printed.includes('(admin)')) break
    }
    assert.match(printed, /Playground: http/)
    const commands = readmeCommands().filter(
      (command) => !/^(npm ci|npm start|npm test|npm run (bench|test|seed))/.test(command),
    )
    assert.ok(commands.length >= 3, commands.join('\n'))
    for (const command of commands) {
      const { stdout } = await run('bash', ['-c', command.replaceAll('4000', port)], {
        cwd: root,
        env,
      })
      assert.notEqual(stdout.trim(), '', command)
      assert.doesNotMatch(stdout, /"errors"/, command)
    }
  })
})
